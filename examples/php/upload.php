<?php
// A platform in PHP that asks the gate before it keeps an upload (docs/en/examples.md).
//
// With PHP's curl extension: GATE_KEY=repit-sandbox php -S 127.0.0.1:8000 upload.php

const SORRY = 'This picture cannot be shared here: someone has asked that it stay private.'
    . ' If you think that this is a mistake, write to us with this number: ';
const THANKS = ['allow' => 'Thank you.', 'review' => 'Thank you. Somebody looks at it first.'];
$gate = getenv('GATE_URL') ?: 'http://127.0.0.1:8700';
$key = getenv('GATE_KEY');
// Yours: one opaque word for each account, always the same.
$account = hash_hmac('sha256', $_SERVER['REMOTE_ADDR'], $key);

// Yours. The decision stays with the upload: people name it when they object (docs/en/review.md).
function keep(string $file, bool $held, ?string $decision): void
{
    $kept = getenv('KEPT') ?: 'kept';
    is_dir($kept) || mkdir($kept);
    $name = bin2hex(random_bytes(8));
    move_uploaded_file($file, "$kept/$name");
    $line = json_encode(['file' => $name, 'held' => $held, 'decision' => $decision]);
    file_put_contents("$kept/uploads.jsonl", "$line\n", FILE_APPEND | LOCK_EX);
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    exit('<form method="post" enctype="multipart/form-data">'
        . '<input type="file" name="file"><button>Send</button></form>');
}
// --- paste from here ---
$asked = curl_init("$gate/v1/check");
curl_setopt_array($asked, [CURLOPT_CONNECTTIMEOUT => 2, CURLOPT_TIMEOUT => 5, CURLOPT_RETURNTRANSFER => true]);
curl_setopt($asked, CURLOPT_POSTFIELDS, file_get_contents($_FILES['file']['tmp_name']));
$headers = ["Authorization: Bearer $key", "Repit-Sender: $account", 'Content-Type: application/octet-stream'];
curl_setopt($asked, CURLOPT_HTTPHEADER, $headers);
$answer = curl_exec($asked);
$body = curl_getinfo($asked, CURLINFO_RESPONSE_CODE) === 200 ? json_decode($answer, true) : null;
// Down, too busy, too slow: we fail closed. Nobody sees the upload until one of us looks; 'allow' fails open.
$body ??= ['verdict' => 'review', 'decision' => null];
if ($body['verdict'] === 'block') {
    http_response_code(451);
    exit(SORRY . $body['decision']);
}
keep($_FILES['file']['tmp_name'], $body['verdict'] === 'review', $body['decision']);
echo THANKS[$body['verdict']];
// --- to here ---
