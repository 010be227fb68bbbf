<?php
/**
 * Where files come in.
 *
 * In: files on their way through WordPress. Out: an error for those refused, a mark for those to be held.
 * Next: WordPress stores the file, or shows the error.
 *
 * `wp_handle_upload_prefilter`    forms: media library, block editor, REST with a form, customizer, themes
 * `wp_handle_sideload_prefilter`  fetched or raw: REST with a raw body, `media_sideload_image`, importers
 * `wp_upload_bits`                XML-RPC (`metaWeblog.newMediaObject`, `wp.uploadFile`), covers of audio files
 * `{action}_prefilter`            forms of plug-ins that gave their uploads an action of their own
 * `pre_move_uploaded_file`        whatever is left, at the last moment: not stored, but without a word of ours
 *
 * Not seen: files that a plug-in, FTP or the command line writes without these functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

/** What was asked in this request: the upload under way, and which files were asked about. */
final class Asked {
	/** @var Answer|null */
	public static $last = null;
	/** @var array<string, true> */
	public static $files = array();
}

/** @param array $file An element of `$_FILES`, or made like one. */
function check_file( $file ) {
	if ( ! is_array( $file ) || ! isset( $file['tmp_name'] ) || ! empty( $file['error'] ) ) {
		return $file;
	}
	$path = $file['tmp_name'];
	$name = $file['name'] ?? null;
	if ( ! is_string( $path ) || ! is_string( $name ) ) {
		// Several files under one name: WordPress takes one at a time.
		$file['error'] = __( 'Please upload one file at a time.', 'repit-gate' );
		return $file;
	}
	$refusal = taken_in( ask_about_file( $path, $name ), $path );
	if ( '' !== $refusal ) {
		$file['error'] = $refusal;
	}
	return $file;
}
// Late, so that plug-ins that change a picture on its way in have done so.
add_filter( 'wp_handle_upload_prefilter', __NAMESPACE__ . '\\check_file', 10000 );
add_filter( 'wp_handle_sideload_prefilter', __NAMESPACE__ . '\\check_file', 10000 );

/** Listens to every hook of a request that brings files: an action of a plug-in's own has a filter of its own. */
function notice_action( $hook ): void {
	if ( is_string( $hook ) && '_prefilter' === substr( $hook, -10 ) && false === has_filter( $hook, __NAMESPACE__ . '\\check_file' ) ) {
		add_filter( $hook, __NAMESPACE__ . '\\check_file', 10000 );
	}
}
if ( $_FILES ) {
	add_filter( 'all', __NAMESPACE__ . '\\notice_action' );
}

/** @param array|string $upload Name and bytes, or an error. */
function check_bits( $upload ) {
	if ( ! is_array( $upload ) || ! is_string( $upload['bits'] ?? null ) ) {
		return $upload;
	}
	$name    = is_string( $upload['name'] ?? null ) ? $upload['name'] : '';
	$shown   = is_named_shown( $name ) || begins_as_shown( substr( $upload['bits'], 0, 4096 ) );
	$refusal = taken_in( ask_about_bytes( $upload['bits'], $shown ) );
	return '' === $refusal ? $upload : $refusal;
}
add_filter( 'wp_upload_bits', __NAMESPACE__ . '\\check_bits', 10000 );

/** Files that nobody was asked about. One that is refused is not moved; WordPress takes it for moved. */
function check_before_move( $moved, $file ) {
	if ( null !== $moved || isset( Asked::$files[ $file['tmp_name'] ] ) ) {
		unset( Asked::$files[ $file['tmp_name'] ] );
		return $moved;
	}
	return '' === taken_in( ask_about_file( $file['tmp_name'], (string) $file['name'] ), $file['tmp_name'] ) ? null : false;
}
add_filter( 'pre_move_uploaded_file', __NAMESPACE__ . '\\check_before_move', 10000, 2 );

/** What follows from an answer: a refusal in words, or nothing. */
function taken_in( Answer $answer, string $path = '' ): string {
	if ( '' !== $path ) {
		Asked::$files[ $path ] = true;
	}
	Asked::$last = $answer;
	// REST and XML-RPC speak the site's language; a refusal speaks that of whoever sends.
	speak( is_user_logged_in() ? get_user_locale() : '' );
	if ( Answer::REFUSE === $answer->outcome ) {
		return ( $answer->known ? known() : unsure() ) . ' ' . objection( $answer->decision, $answer->page );
	}
	if ( Answer::REVIEW === $answer->outcome && 'refuse' === setting( 'review' ) ) {
		return unsure() . ' ' . objection( $answer->decision, $answer->page );
	}
	if ( 'closed' === setting( 'unreachable' ) && in_array( $answer->outcome, array( Answer::UNSEEN, Answer::UNKNOWN ), true ) ) {
		return not_looked_at( $answer );
	}
	return '';
}

function not_looked_at( Answer $answer ): string {
	return in_array( $answer->trouble, array( 'too-large', 'status-413' ), true ) ? too_large() : not_now();
}

function too_large(): string {
	return __( 'This file is too large to be checked. Make it smaller, then send it again.', 'repit-gate' );
}

function not_now(): string {
	return __( 'Uploads cannot be checked at the moment, so this one was not accepted. Please try again in a few minutes.', 'repit-gate' );
}

function known(): string {
	return __( 'This file was not accepted. It is the same as, or very close to, one that a person asked to be kept off the internet.', 'repit-gate' );
}

function unsure(): string {
	return __( 'This file was not accepted. It could not be let through without a person having looked at it.', 'repit-gate' );
}

function objection( string $decision, string $page = '' ): string {
	if ( '' !== $page ) {
		/* translators: %s: an address. */
		return sprintf( __( 'You can read why, and object, here: %s', 'repit-gate' ), $page );
	}
	if ( '' === $decision ) {
		return __( 'If you think that this is a mistake, write to the people who run this site.', 'repit-gate' );
	}
	/* translators: %s: number of a decision. */
	return sprintf( __( 'If you think that this is a mistake, write to the people who run this site and give them this number: %s', 'repit-gate' ), $decision );
}

/** The file is in its place: hold it where a person has to decide, or until it can be checked. */
function stored( $upload ) {
	$answer      = Asked::$last;
	Asked::$last = null;
	if ( null === $answer || ! is_array( $upload ) || ! is_string( $upload['file'] ?? null ) ) {
		return $upload;
	}
	$unseen = Answer::UNSEEN === $answer->outcome || ( Answer::UNKNOWN === $answer->outcome && 'hold' === setting( 'unreachable' ) );
	$review = Answer::REVIEW === $answer->outcome && 'hold' === setting( 'review' );
	if ( ! $unseen && ! $review ) {
		return $upload;
	}
	if ( $unseen ? hold_unseen( $upload['file'] ) : hold( $upload['file'], $answer->decision ) ) {
		return $upload;
	}
	// It cannot be shut, or nobody could ever decide on it: as if the gate had not answered.
	not_known( 'cannot-hold' );
	if ( $review && 'open' === setting( 'unreachable' ) ) {
		return $upload;
	}
	unlink( $upload['file'] );
	return array( 'error' => not_looked_at( $answer ) );
}
add_filter( 'wp_handle_upload', __NAMESPACE__ . '\\stored', 1 );
