<?php
/**
 * What waits: for a person's decision at the gate's review desk, or to be checked at all.
 *
 * In: a stored file, and the number of its decision where there is one. Out: a file that nobody can read, a
 * private attachment; later, as was decided: both open again, or both gone. Next: WordPress' own calendar asks
 * every five minutes, and has looked at what could not be.
 *
 * A file in the uploads folder is served by the web server, whatever WordPress says of its attachment. So it
 * loses every permission to be read; the small sizes of a picture are made once it is released.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

const HELD  = 'repit_gate_held_';
const EVENT = 'repit_gate_reviews';
/** Begins the name of what has no decision. */
const UNSEEN = 'unseen-';

/** Whether it is shut now. The note comes first: a file that is shut without one would stay so for ever. */
function hold( string $path, string $decision, string $state = 'waiting' ): bool {
	$mode = fileperms( $path );
	if ( '' === $decision || false === $mode ) {
		return false;
	}
	$entry = array( 'path' => $path, 'mode' => $mode & 0777, 'attachment' => 0, 'since' => time(), 'state' => $state );
	if ( add_option( HELD . $decision, $entry, '', 'no' ) && chmod( $path, 0 ) ) {
		return true;
	}
	delete_option( HELD . $decision );
	return false;
}

/** The same for what the gate has not seen; it has no number of a decision yet. */
function hold_unseen( string $path ): bool {
	return hold( $path, UNSEEN . bin2hex( random_bytes( 10 ) ), 'unseen' );
}

/** An attachment was made of a held file: no visitor finds it. */
function attached( int $id ): void {
	$path = get_attached_file( $id, true );
	foreach ( held() as $decision => $entry ) {
		if ( 0 === $entry['attachment'] && $entry['path'] === $path ) {
			$entry['attachment'] = $id;
			update_option( HELD . $decision, $entry, false );
			wp_update_post( array( 'ID' => $id, 'post_status' => 'private' ) );
		}
	}
}
add_action( 'add_attachment', __NAMESPACE__ . '\\attached' );

/** Everything held, by the number of its decision. */
function held(): array {
	global $wpdb;
	$like  = $wpdb->esc_like( HELD ) . '%';
	$names = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s ORDER BY option_id LIMIT 1000", $like ) );
	$held  = array();
	foreach ( $names as $name ) {
		$entry = get_option( $name );
		if ( is_array( $entry ) && isset( $entry['path'], $entry['mode'], $entry['attachment'], $entry['since'], $entry['state'] ) ) {
			$held[ substr( $name, strlen( HELD ) ) ] = $entry;
		}
	}
	return $held;
}

/** Ask how each review stands, and do what was decided; have looked at what was not seen. */
function ask_about_held(): void {
	$until = microtime( true ) + LONGEST_WAIT;
	foreach ( held() as $decision => $entry ) {
		if ( ! in_array( $entry['state'], array( 'waiting', 'unseen' ), true ) || microtime( true ) > $until ) {
			continue;
		}
		// The statement of reasons is for whoever sent it, so it is asked for in their language.
		$author = author_of( $entry );
		speak( $author ? get_user_locale( $author ) : '' );
		$answered = 'unseen' === $entry['state'] ? looked_at_again( $decision, $entry, $author ) : done_as_decided( $decision, $entry, $author );
		if ( ! $answered ) {
			break; // the next would wait for the same
		}
	}
	speak();
}

/** Whether the gate answered at all. */
function looked_at_again( string $name, array $entry, ?\WP_User $author ): bool {
	$file = opened( $entry['path'] );
	if ( null === $file ) {
		if ( ! is_file( $entry['path'] ) ) {
			delete_option( HELD . $name );
		}
		return true;
	}
	$answer = ask_about_stream( $file, true, LONGEST_WAIT, false );
	fclose( $file );
	$asks = Answer::REVIEW === $answer->outcome ? setting( 'review' ) : '';
	if ( Answer::ACCEPT === $answer->outcome || 'accept' === $asks ) {
		released( $name, $entry );
	} elseif ( Answer::REFUSE === $answer->outcome || 'refuse' === $asks ) {
		removed( $name, $entry );
		if ( $author ) {
			$words = ( $answer->known ? known() : unsure() ) . ' ' . objection( $answer->decision, $answer->page );
			wp_mail( $author->user_email, __( 'Your upload was not accepted', 'repit-gate' ), $words );
		}
	} elseif ( 'hold' === $asks && '' !== $answer->decision ) {
		delete_option( HELD . $name );
		add_option( HELD . $answer->decision, array( 'state' => 'waiting' ) + $entry, '', 'no' );
	}
	return Answer::UNKNOWN !== $answer->outcome && 'no-answer' !== $answer->trouble;
}

/**
 * A file that is shut, open for this process alone: others cannot begin to read it meanwhile.
 *
 * @return resource|null
 */
function opened( string $path ) {
	if ( ! is_file( $path ) || ! chmod( $path, 0400 ) ) {
		return null;
	}
	$file = fopen( $path, 'rb' );
	chmod( $path, 0 );
	return false === $file ? null : $file;
}
add_action( EVENT, __NAMESPACE__ . '\\ask_about_held' );

/** Whether the gate answered at all. */
function done_as_decided( string $decision, array $entry, ?\WP_User $author ): bool {
	$response = send( 'GET', "/v1/reviews/$decision" );
	if ( is_wp_error( $response ) ) {
		return false;
	}
	$review  = 200 === wp_remote_retrieve_response_code( $response ) ? json_decode( wp_remote_retrieve_body( $response ), true ) : null;
	$outcome = is_array( $review ) && 'decided' === ( $review['state'] ?? '' ) ? ( $review['outcome'] ?? '' ) : '';
	if ( 'allow' === $outcome ) {
		released( $decision, $entry );
	} elseif ( 'refuse' === $outcome ) {
		removed( $decision, $entry );
		if ( $author ) {
			$reasons = reasons( is_array( $review['statement'] ?? null ) ? $review['statement'] : array() );
			$looked  = __( 'A person has looked at your upload. It was not accepted.', 'repit-gate' );
			wp_mail( $author->user_email, __( 'Your upload was not accepted', 'repit-gate' ), $looked . ' ' . objection( $decision, page_of( $review['objection'] ?? '' ) ) . $reasons );
		}
	} elseif ( 'refer' === $outcome ) {
		$entry['state'] = 'stopped';
		update_option( HELD . $decision, $entry, false );
	}
	return true;
}

function author_of( array $entry ): ?\WP_User {
	$post = $entry['attachment'] ? get_post( $entry['attachment'] ) : null;
	$user = $post ? get_userdata( (int) $post->post_author ) : false;
	return $user ? $user : null;
}

function released( string $decision, array $entry ): void {
	delete_option( HELD . $decision );
	if ( is_file( $entry['path'] ) ) {
		chmod( $entry['path'], $entry['mode'] );
	}
	if ( $entry['attachment'] && get_post( $entry['attachment'] ) ) {
		require_once ABSPATH . 'wp-admin/includes/image.php';
		require_once ABSPATH . 'wp-admin/includes/media.php';
		wp_update_post( array( 'ID' => $entry['attachment'], 'post_status' => 'inherit' ) );
		wp_update_attachment_metadata( $entry['attachment'], wp_generate_attachment_metadata( $entry['attachment'], $entry['path'] ) );
	}
}

function removed( string $decision, array $entry ): void {
	delete_option( HELD . $decision );
	if ( $entry['attachment'] ) {
		wp_delete_attachment( $entry['attachment'], true );
	}
	if ( is_file( $entry['path'] ) ) {
		unlink( $entry['path'] );
	}
}

/** The statement of reasons, as the gate words it (article 17(3) of Regulation (EU) 2022/2065). */
function reasons( array $statement ): string {
	$lines = array();
	foreach ( array( 'restriction_text', 'facts', 'source_text', 'ground_title', 'ground_text', 'redress' ) as $field ) {
		if ( is_string( $statement[ $field ] ?? null ) ) {
			$lines[] = $statement[ $field ];
		}
	}
	return $lines ? "\n\n" . implode( "\n\n", $lines ) : '';
}

// --- the calendar -----------------------------------------------------------------------------------------

function begin_asking(): void {
	if ( ! wp_next_scheduled( EVENT ) ) {
		wp_schedule_event( time() + 300, 'repit_gate_often', EVENT );
	}
}

function stop_asking(): void {
	wp_clear_scheduled_hook( EVENT );
}

function often( array $schedules ): array {
	return $schedules + array( 'repit_gate_often' => array( 'interval' => 300, 'display' => 'Répit' ) );
}
add_filter( 'cron_schedules', __NAMESPACE__ . '\\often' );
add_action( 'init', __NAMESPACE__ . '\\begin_asking' );
