<?php
/**
 * One question to the gate, and what it answered.
 *
 * In: a file, or bytes. Out: an `Answer`. Next: `doors`. The bare contract is asked: 200 accept, 202 a person
 * has to decide, 451 refuse. Everything else means that the gate could not be asked; it is noted for the
 * administrator, and the setting says what becomes of the upload.
 *
 * WordPress sends a body from memory. So a picture is sent up to the size that the settings allow; of any
 * other large file only the digests are sent, which is all that the gate would compare of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

final class Answer {
	const ACCEPT  = 'accept';
	const REVIEW  = 'review';
	const REFUSE  = 'refuse';
	const UNKNOWN = 'unknown';

	/** @var string */
	public $outcome;
	/** @var string Number of the decision, for objections and for the review; empty where there is none. */
	public $decision;
	/** @var string Why it is not known; a short code. */
	public $trouble;
	/** @var bool Whether it rests on something known, and not on what could not be looked at. */
	public $known;

	public function __construct( string $outcome, string $decision = '', string $trouble = '', bool $known = false ) {
		$this->outcome  = $outcome;
		$this->decision = $decision;
		$this->trouble  = $trouble;
		$this->known    = $known;
	}
}

/** Ask about a file. `name` is what its sender called it; only its ending is looked at, and it is not sent. */
function ask_about_file( string $path, string $name ): Answer {
	$size = is_file( $path ) ? filesize( $path ) : false;
	if ( false === $size ) {
		return not_known( 'unreadable' );
	}
	if ( $size > setting( 'bytes' ) ) {
		return is_picture( $path, $name ) ? not_known( 'too-large' ) : ask_about_digests( $path );
	}
	$bytes = file_get_contents( $path );
	return false === $bytes ? not_known( 'unreadable' ) : ask_about_bytes( $bytes );
}

function ask_about_bytes( string $bytes ): Answer {
	return asked( 'application/octet-stream', $bytes );
}

function ask_about_digests( string $path ): Answer {
	$hashes = array();
	foreach ( array( 'sha256', 'md5' ) as $algorithm ) {
		$hashes[] = array(
			'algorithm' => $algorithm,
			'value'     => hash_file( $algorithm, $path ),
		);
	}
	return asked( 'application/json', (string) wp_json_encode( array( 'hashes' => $hashes ) ) );
}

/** By what it holds or by how it ends: a browser would show either. */
function is_picture( string $path, string $name ): bool {
	$known = wp_check_filetype( $name );
	return false !== @getimagesize( $path ) || 0 === strpos( (string) $known['type'], 'image/' );
}

function not_known( string $trouble ): Answer {
	$noted = get_option( TROUBLE );
	$noted = is_array( $noted ) ? $noted : array( 'since' => time(), 'count' => 0 );
	update_option( TROUBLE, array( 'code' => $trouble, 'last' => time(), 'count' => $noted['count'] + 1 ) + $noted, false );
	return new Answer( Answer::UNKNOWN, '', $trouble );
}

/** A gate that is too busy says for how long; it is asked once more where that fits into the longest wait. */
function asked( string $type, string $body ): Answer {
	if ( '' === setting( 'url' ) ) {
		return not_known( 'no-address' );
	}
	$until = microtime( true ) + setting( 'seconds' );
	for ( $try = 1; ; $try++ ) {
		$said   = send( 'POST', '/v1/refuse?door=wordpress', $body, $type, $until - microtime( true ) );
		$status = is_wp_error( $said ) ? 0 : (int) wp_remote_retrieve_response_code( $said );
		$rest   = 503 === $status ? (float) wp_remote_retrieve_header( $said, 'retry-after' ) : 0.0;
		if ( 503 !== $status || $try > 1 || $rest <= 0 || microtime( true ) + $rest + 0.5 > $until ) {
			break;
		}
		usleep( (int) ( $rest * 1e6 ) );
	}
	$outcomes = array( 200 => Answer::ACCEPT, 202 => Answer::REVIEW, 451 => Answer::REFUSE );
	if ( ! isset( $outcomes[ $status ] ) ) {
		return not_known( 0 === $status ? 'no-answer' : "status-$status" );
	}
	$verdict = json_decode( wp_remote_retrieve_body( $said ), true );
	// Any web server answers 200 to something; only a gate names its verdict.
	if ( ! is_array( $verdict ) || ! isset( $verdict['verdict'] ) ) {
		return not_known( 'not-a-gate' );
	}
	return new Answer( $outcomes[ $status ], number_of( $verdict['decision'] ?? '' ), '', ! isset( $verdict['undecided'] ) );
}

/** The number of a decision, or nothing: it becomes part of addresses and names of options. */
function number_of( $value ): string {
	return is_string( $value ) && preg_match( '/\A[\w-]{10,64}\z/', $value ) ? $value : '';
}

/** @return array|\WP_Error */
function send( string $method, string $path, ?string $body = null, string $type = 'application/json', ?float $seconds = null ) {
	$headers = array( 'Content-Type' => $type, 'Accept-Language' => str_replace( '_', '-', Voice::$locale ) );
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
