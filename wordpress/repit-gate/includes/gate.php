<?php
/**
 * One question to the gate, and what it answered.
 *
 * In: a file, or bytes. Out: an `Answer`. Next: `channels`. The bare contract is asked: 200 accept, 202 a person
 * has to decide, 451 refuse. Everything else means that the gate could not be asked; it is noted for the
 * administrator, and the setting says what becomes of the upload.
 *
 * WordPress sends a body from memory, up to the size that the settings allow. Of a larger file the digests are
 * sent first. A larger picture or video is then sent as it is read. Where that cannot be done, or the gate does
 * not come to an end with one of any size, it is `UNSEEN` and never accepted for it: that is its sender's choice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

const QUESTION = '/v1/refuse?channel=wordpress';
/** Seconds that someone who uploads a large picture or video waits at most, and that WordPress' calendar does. */
const LONGEST = 60.0;
const LONGEST_WAIT = 240.0;

final class Answer {
	const ACCEPT  = 'accept';
	const REVIEW  = 'review';
	const REFUSE  = 'refuse';
	const UNKNOWN = 'unknown';
	/** The gate answers, but has not seen this one whole. */
	const UNSEEN = 'unseen';

	/** @var string */
	public $outcome;
	/** @var string Number of the decision, for objections and for the review; empty where there is none. */
	public $decision;
	/** @var string Why it is not known; a short code. */
	public $trouble;
	/** @var bool Whether it rests on something known, and not on what could not be looked at. */
	public $known;
	/** @var string Where its sender reads why, and objects; empty where the gate has no such page. */
	public $page;

	public function __construct( string $outcome, string $decision = '', string $trouble = '', bool $known = false, string $page = '' ) {
		$this->outcome  = $outcome;
		$this->decision = $decision;
		$this->trouble  = $trouble;
		$this->known    = $known;
		$this->page     = $page;
	}
}

/** Ask about a file. `name` is what its sender called it; only its ending is looked at, and it is not sent. */
function ask_about_file( string $path, string $name ): Answer {
	$file = is_file( $path ) ? fopen( $path, 'rb' ) : false;
	if ( false === $file ) {
		return not_known( 'unreadable' );
	}
	$answer = ask_about_stream( $file, is_shown( $path, $name ), LONGEST );
	fclose( $file );
	return $answer;
}

/**
 * Ask about an open file, for as long as it takes to send it, and `most` seconds at most. `noted`: whether the
 * administrator is told where the gate could not be asked.
 *
 * @param resource $file
 */
function ask_about_stream( $file, bool $shown, float $most, bool $noted = true ): Answer {
	$size = (int) ( fstat( $file )['size'] ?? 0 );
	if ( $size <= setting( 'bytes' ) ) {
		return ask_about_bytes( (string) stream_get_contents( $file, -1, 0 ), $shown, $noted );
	}
	$known = ask_about_digests( digests( $file ), setting( 'seconds' ), $noted );
	if ( ! $shown || in_array( $known->outcome, array( Answer::REFUSE, Answer::REVIEW ), true ) ) {
		return $known;
	}
	// Whoever sends it chose its size, so it never passes for that: it is looked at whole, or waits.
	$seen = Answer::UNKNOWN === $known->outcome ? $known : ask_at_length( $file, $size, min( $most, setting( 'seconds' ) + $size / 1048576 ), $noted );
	return Answer::UNKNOWN === $seen->outcome ? new Answer( Answer::UNSEEN, '', $seen->trouble ) : $seen;
}

function ask_about_bytes( string $bytes, bool $shown, bool $noted = true ): Answer {
	if ( '' === $bytes ) {
		return new Answer( Answer::ACCEPT ); // there is nothing to ask about, and WordPress refuses it by itself
	}
	$answer = asked(
		static function ( float $seconds ) use ( $bytes ) {
			return send( 'POST', QUESTION, $bytes, 'application/octet-stream', $seconds );
		},
		setting( 'seconds' ),
		$noted
	);
	if ( Answer::UNKNOWN !== $answer->outcome || 'open' !== setting( 'unreachable' ) ) {
		return $answer;
	}
	// Is it the gate that does not answer, or is this upload too much for it? Only the first is for the setting.
	$digests = array( 'sha256' => hash( 'sha256', $bytes ), 'md5' => md5( $bytes ) );
	$known   = ask_about_digests( $digests, min( 2.0, setting( 'seconds' ) ), false );
	if ( Answer::UNKNOWN === $known->outcome ) {
		return $answer;
	}
	if ( Answer::ACCEPT !== $known->outcome || ! $shown ) {
		return $known;
	}
	return new Answer( Answer::UNSEEN, '', $answer->trouble );
}

/** Ask about a large picture or video whole: as it is read where PHP can, else from memory where there is enough. */
function ask_at_length( $file, int $size, float $seconds, bool $noted ): Answer {
	if ( function_exists( 'curl_init' ) && function_exists( 'curl_exec' ) ) {
		return asked(
			static function ( float $left ) use ( $file, $size ) {
				return streamed( $file, $size, $left );
			},
			$seconds,
			$noted
		);
	}
	if ( ! fits_memory( 4 * $size ) ) {
		return not_known( 'too-large', $noted );
	}
	return asked(
		static function ( float $left ) use ( $file ) {
			return send( 'POST', QUESTION, (string) stream_get_contents( $file, -1, 0 ), 'application/octet-stream', $left );
		},
		$seconds,
		$noted
	);
}

/** @return array|\WP_Error The answer to a whole file, which is read while it is sent. */
function streamed( $file, int $size, float $seconds ) {
	$sent = 0;
	$read = static function ( $curl, $from, int $most ) use ( $file, &$sent ): string {
		$part  = (string) fread( $file, $most );
		$sent += strlen( $part );
		return $part;
	};
	$hook = static function ( $curl ) use ( $file, $size, $read ): void {
		rewind( $file );
		curl_setopt( $curl, CURLOPT_UPLOAD, true );
		curl_setopt( $curl, CURLOPT_CUSTOMREQUEST, 'POST' );
		curl_setopt( $curl, CURLOPT_INFILESIZE, $size );
		curl_setopt( $curl, CURLOPT_READFUNCTION, $read );
	};
	add_action( 'http_api_curl', $hook, 10000 );
	$response = send( 'POST', QUESTION, '', 'application/octet-stream', $seconds );
	remove_action( 'http_api_curl', $hook, 10000 );
	// An answer to less than the whole says nothing: WordPress may have sent an empty body by other means.
	return $sent === $size ? $response : new \WP_Error( 'repit-gate', 'cut' );
}

function fits_memory( int $bytes ): bool {
	wp_raise_memory_limit( 'admin' );
	$limit = wp_convert_hr_to_bytes( (string) ini_get( 'memory_limit' ) );
	return $limit <= 0 || memory_get_usage( true ) + $bytes < $limit;
}

/** @param resource $file */
function digests( $file ): array {
	$digests = array();
	foreach ( array( 'sha256', 'md5' ) as $algorithm ) {
		rewind( $file );
		$running = hash_init( $algorithm );
		hash_update_stream( $running, $file );
		$digests[ $algorithm ] = hash_final( $running );
	}
	return $digests;
}

function ask_about_digests( array $digests, float $seconds, bool $noted ): Answer {
	$hashes = array();
	foreach ( $digests as $algorithm => $value ) {
		$hashes[] = array(
			'algorithm' => $algorithm,
			'value'     => $value,
		);
	}
	$body = (string) wp_json_encode( array( 'hashes' => $hashes ) );
	return asked(
		static function ( float $left ) use ( $body ) {
			return send( 'POST', QUESTION, $body, 'application/json', $left );
		},
		$seconds,
		$noted
	);
}

/** Whether it is a picture or a video, by what it holds or by how it ends: a browser would show either. */
function is_shown( string $path, string $name ): bool {
	$head = (string) file_get_contents( $path, false, null, 0, 4096 );
	return is_named_shown( $name ) || false !== @getimagesize( $path ) || begins_as_shown( $head );
}

function is_named_shown( string $name ): bool {
	return 1 === preg_match( '#\A(?:image|video)/#', (string) wp_check_filetype( $name )['type'] );
}

function begins_as_shown( string $head ): bool {
	return begins_as_picture( $head ) || begins_as_video( $head );
}

/** MP4 and QuickTime, Matroska, Ogg, FLV, IVF, ASF, AVI, MPEG, raw streams; sound in the same containers, too. */
function begins_as_video( string $head ): bool {
	return in_array( substr( $head, 4, 4 ), array( 'ftyp', 'moov', 'mdat', 'moof', 'styp', 'wide', 'free', 'skip', 'pnot' ), true )
		|| 1 === preg_match( '/\A(?:\x1aE\xdf\xa3|OggS|FLV\x01|DKIF|\x30\x26\xb2\x75|\0?\0\0\x01[^\0]|RIFF....AVI )/s', $head )
		|| ( 'G' === substr( $head, 0, 1 ) && 'G' === substr( $head, 188, 1 ) );
}

/** What `getimagesize` does not know in every PHP. */
function begins_as_picture( string $head ): bool {
	$brands = 'ftyp' === substr( $head, 4, 4 ) ? substr( $head, 8, 120 ) : '';
	return 1 === preg_match( '/avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1|jxl /', $brands )
		|| 1 === preg_match( '/\A(?:\xff\xd8\xff|\x89PNG|GIF8|BM|II[*+]\0|MM\0[*+]|\0\0[\x01\x02]\0|\xff\x0a|\0\0\0\x0c(?:JXL|jP) |RIFF....WEBP)/s', $head )
		|| false !== stripos( $head, '<svg' );
}

function not_known( string $trouble, bool $noted = true ): Answer {
	if ( $noted ) {
		$before = get_option( TROUBLE );
		$before = is_array( $before ) ? $before : array( 'since' => time(), 'count' => 0 );
		update_option( TROUBLE, array( 'code' => $trouble, 'last' => time(), 'count' => $before['count'] + 1 ) + $before, false );
	}
	return new Answer( Answer::UNKNOWN, '', $trouble );
}

/**
 * A gate that is too busy says for how long; it is asked once more where that fits into the time.
 *
 * @param callable $once One request within so many seconds.
 */
function asked( callable $once, float $seconds, bool $noted = true ): Answer {
	if ( '' === setting( 'url' ) ) {
		return not_known( 'no-address', $noted );
	}
	$until = microtime( true ) + $seconds;
	for ( $try = 1; ; $try++ ) {
		$response   = $once( $until - microtime( true ) );
		$status = is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
		$rest   = 503 === $status ? (float) wp_remote_retrieve_header( $response, 'retry-after' ) : 0.0;
		if ( 503 !== $status || $try > 1 || $rest <= 0 || microtime( true ) + $rest + 0.5 > $until ) {
			break;
		}
		usleep( (int) ( $rest * 1e6 ) );
	}
	$outcomes = array( 200 => Answer::ACCEPT, 202 => Answer::REVIEW, 451 => Answer::REFUSE );
	if ( ! isset( $outcomes[ $status ] ) ) {
		return not_known( 0 === $status ? 'no-answer' : "status-$status", $noted );
	}
	$verdict = json_decode( wp_remote_retrieve_body( $response ), true );
	// Any web server answers 200 to something; only a gate names its verdict.
	if ( ! is_array( $verdict ) || ! isset( $verdict['verdict'] ) ) {
		return not_known( 'not-a-gate', $noted );
	}
	return new Answer( $outcomes[ $status ], number_of( $verdict['decision'] ?? '' ), '', ! isset( $verdict['undecided'] ), page_of( $verdict['objection'] ?? '' ) );
}

/** The address of the gate's page for senders, or nothing: it is shown to people, and never asked. */
function page_of( $value ): string {
	return is_string( $value ) && strlen( $value ) <= 500 && preg_match( '#\Ahttps?://[^\s<>"\']+\z#', $value ) ? $value : '';
}

/** The number of a decision, or nothing: it becomes part of addresses and names of options. */
function number_of( $value ): string {
	return is_string( $value ) && preg_match( '/\A[\w-]{10,64}\z/', $value ) ? $value : '';
}

/** @return array|\WP_Error */
function send( string $method, string $path, ?string $body = null, string $type = 'application/json', ?float $seconds = null ) {
	$headers = array( 'Content-Type' => $type, 'Accept-Language' => str_replace( '_', '-', Voice::$locale ) );
	// A video is looked at for as long as somebody waits here, and is a matter for people if that is too short.
	$headers['Prefer'] = 'wait=' . max( 1, (int) floor( ( $seconds ?? setting( 'seconds' ) ) - 1 ) );
	if ( '' !== setting( 'key' ) ) {
		$headers['Authorization'] = 'Bearer ' . setting( 'key' );
	}
	return wp_remote_request(
		setting( 'url' ) . $path,
		array(
			'method'              => $method,
			'timeout'             => max( 0.1, $seconds ?? setting( 'seconds' ) ),
			'redirection'         => 0,
			'limit_response_size' => 256 * 1024,
			'headers'             => $headers,
			'body'                => $body,
		)
	);
}
