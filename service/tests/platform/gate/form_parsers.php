<?php
// What PHP itself hands to an application of a form: files as they lie on disk, fields as they stand in $_POST.
$files = array();
$walk  = function ($names, $errors) use (&$walk, &$files) {
	if (is_array($names)) {
		foreach ($names as $key => $name) {
			$walk($name, $errors[$key]);
		}
	} elseif (0 === $errors) {
		$files[] = base64_encode(file_get_contents($names));
	}
};
foreach ($_FILES as $file) {
	$walk($file['tmp_name'], $file['error']);
}
$fields = array();
array_walk_recursive($_POST, function ($value) use (&$fields) {
	$fields[] = base64_encode($value);
});
header('Content-Type: application/json');
echo json_encode(array('files' => $files, 'fields' => $fields));
