<?php
/**
 * What the administrator sees: a page of settings, what waits, and a notice when the gate cannot be asked.
 *
 * In: an administrator. Out: settings (through WordPress' own settings form: nonce and capability), two
 * buttons with a nonce of their own. Next: `settings`, `held`. Nothing else is loaded; no script.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

const MAY = 'manage_options';
const ACT = 'repit_gate_act';

function menu(): void {
	add_options_page( 'Répit', 'Répit', MAY, 'repit-gate', __NAMESPACE__ . '\\page' );
}
add_action( 'admin_menu', __NAMESPACE__ . '\\menu' );

function register(): void {
	register_setting( OPTION, OPTION, array( 'type' => 'array', 'sanitize_callback' => __NAMESPACE__ . '\\sanitized', 'show_in_rest' => false ) );
}
add_action( 'admin_init', __NAMESPACE__ . '\\register' );

function page(): void {
	if ( ! current_user_can( MAY ) ) {
		return;
	}
	echo '<div class="wrap"><h1>' . esc_html__( 'Répit: uploads are checked', 'repit-gate' ) . '</h1>';
	echo '<form method="post" action="options.php">';
	settings_fields( OPTION );
	echo '<table class="form-table" role="presentation">';
	foreach ( array_keys( declared() ) as $name ) {
		$id = 'repit-gate-' . $name;
		echo '<tr><th scope="row"><label for="' . esc_attr( $id ) . '">' . esc_html( label( $name ) ) . '</label></th><td>';
		field( $name, $id );
		echo '</td></tr>';
	}
	echo '</table>';
	submit_button();
	echo '</form>';
	waiting();
	buttons();
	echo '</div>';
}

function field( string $name, string $id ): void {
	$value  = setting( $name );
	$common = ' id="' . esc_attr( $id ) . '" name="' . esc_attr( OPTION . "[$name]" ) . '"' . disabled( is_constant( $name ), true, false );
	if ( isset( choices()[ $name ] ) ) {
		echo '<select' . $common . '>';
		foreach ( choices()[ $name ] as $word => $label ) {
			echo '<option value="' . esc_attr( $word ) . '"' . selected( $value, $word, false ) . '>' . esc_html( $label ) . '</option>';
		}
		echo '</select>';
	} elseif ( 'key' === $name ) {
		// The key itself is never written into a page.
		$known = '' === $value ? '' : __( 'A key is set. Leave this empty to keep it.', 'repit-gate' );
		echo '<input type="password" autocomplete="off" class="regular-text" value=""' . $common . '><p class="description">' . esc_html( $known ) . '</p>';
	} else {
		echo '<input type="text" class="regular-text" value="' . esc_attr( (string) $value ) . '"' . $common . '>';
	}
	if ( is_constant( $name ) ) {
		/* translators: %s: name of a constant. */
		echo '<p class="description">' . esc_html( sprintf( __( 'Set in wp-config.php (%s).', 'repit-gate' ), constant_of( $name ) ) ) . '</p>';
	}
}

function choices(): array {
	return array(
		'unreachable' => array(
			'open'   => __( 'Accept the upload, and tell me', 'repit-gate' ),
			'hold'   => __( 'Hold the upload until it can be checked', 'repit-gate' ),
			'closed' => __( 'Do not accept it, and tell me', 'repit-gate' ),
		),
		'review'      => array(
			'hold'   => __( 'Hold the upload until they have decided', 'repit-gate' ),
			'accept' => __( 'Accept the upload', 'repit-gate' ),
			'refuse' => __( 'Do not accept it', 'repit-gate' ),
		),
	);
}

function waiting(): void {
	$held = held();
	echo '<h2>' . esc_html__( 'Uploads on hold', 'repit-gate' ) . '</h2>';
	if ( ! $held ) {
		echo '<p>' . esc_html__( 'None.', 'repit-gate' ) . '</p>';
		return;
	}
	$states = array(
		'waiting' => __( 'A person has to decide, at the review desk.', 'repit-gate' ),
		'unseen'  => __( 'Not checked yet; it is tried again every five minutes. Large files need PHP’s curl extension, or more memory.', 'repit-gate' ),
		'stopped' => __( 'Stopped: it may show a minor. Do not open it. Ask the supervisor of your review desk what to do.', 'repit-gate' ),
	);
	echo '<ul class="ul-disc">';
	foreach ( $held as $decision => $entry ) {
		/* translators: 1: number of a decision, 2: a date, 3: a sentence. */
		$line = __( '%1$s, since %2$s. %3$s', 'repit-gate' );
		echo '<li>' . esc_html( sprintf( $line, $decision, wp_date( 'Y-m-d H:i', $entry['since'] ), $states[ $entry['state'] ] ?? '' ) ) . '</li>';
	}
	echo '</ul>';
}

function buttons(): void {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><p>';
	wp_nonce_field( ACT );
	echo '<input type="hidden" name="action" value="' . esc_attr( ACT ) . '">';
	echo '<button class="button" name="do" value="try">' . esc_html__( 'See whether the gate answers', 'repit-gate' ) . '</button> ';
	echo '<button class="button" name="do" value="ask">' . esc_html__( 'Ask what was decided', 'repit-gate' ) . '</button> ';
	echo '<button class="button" name="do" value="seen">' . esc_html__( 'I have read the notice', 'repit-gate' ) . '</button>';
	echo '</p></form>';
}

function act(): void {
	check_admin_referer( ACT );
	if ( ! current_user_can( MAY ) ) {
		wp_die( esc_html__( 'You may not do this.', 'repit-gate' ), 403 );
	}
	$do   = isset( $_POST['do'] ) && is_string( $_POST['do'] ) ? $_POST['do'] : '';
	$response = '';
	if ( 'try' === $do ) {
		$response = '' !== setting( 'url' ) && answers() ? 'answers' : 'silent';
	} elseif ( 'ask' === $do ) {
		ask_about_held();
	} elseif ( 'seen' === $do ) {
		delete_option( TROUBLE );
	}
	wp_safe_redirect( add_query_arg( array_filter( array( 'page' => 'repit-gate', 'gate' => $response ) ), admin_url( 'options-general.php' ) ) );
	exit;
}
add_action( 'admin_post_' . ACT, __NAMESPACE__ . '\\act' );

/** A question about no picture at all: it needs the same key as any other. */
function answers(): bool {
	$digest = array( 'algorithm' => 'sha256', 'value' => hash( 'sha256', '' ) );
	$response   = send( 'POST', '/v1/refuse?channel=wordpress', (string) wp_json_encode( array( 'hashes' => array( $digest ) ) ) );
	return 200 === wp_remote_retrieve_response_code( $response ) && false !== strpos( wp_remote_retrieve_body( $response ), '"verdict"' );
}

function notices(): void {
	if ( ! current_user_can( MAY ) ) {
		return;
	}
	$link = ' <a href="' . esc_url( admin_url( 'options-general.php?page=repit-gate' ) ) . '">Répit</a>';
	foreach ( broken_constants() as $name ) {
		/* translators: %s: name of a constant. */
		notice( 'error', sprintf( __( '%s in wp-config.php has a value that cannot be used; the default holds.', 'repit-gate' ), $name ), $link );
	}
	if ( '' === setting( 'url' ) ) {
		notice( 'warning', __( 'Uploads are not checked yet: the address of the gate is missing.', 'repit-gate' ), $link );
	}
	$noted = get_option( TROUBLE );
	if ( is_array( $noted ) ) {
		$outcomes = array(
			'open'   => __( 'They were accepted unchecked.', 'repit-gate' ),
			'hold'   => __( 'They are on hold until they can be checked.', 'repit-gate' ),
			'closed' => __( 'They were not accepted.', 'repit-gate' ),
		);
		$outcome  = $outcomes[ setting( 'unreachable' ) ];
		/* translators: 1: a number, 2: a date, 3: a short code. */
		$text = sprintf( __( 'The gate could not be asked about uploads: %1$d since %2$s (last: %3$s).', 'repit-gate' ), $noted['count'], wp_date( 'Y-m-d H:i', $noted['since'] ), $noted['code'] );
		notice( 'error', $text . ' ' . $outcome, $link );
	}
	$unseen = count( wp_list_filter( held(), array( 'state' => 'unseen' ) ) );
	if ( $unseen ) {
		/* translators: %d: a number. */
		notice( 'warning', sprintf( __( 'Uploads that wait to be checked: %d.', 'repit-gate' ), $unseen ), $link );
	}
	// Only a word of our own making, never what the address holds.
	$tried = $_GET['gate'] ?? '';
	if ( 'answers' === $tried ) {
		notice( 'success', __( 'The gate answers.', 'repit-gate' ) );
	} elseif ( 'silent' === $tried ) {
		notice( 'error', __( 'The gate does not answer, or refuses the key.', 'repit-gate' ) );
	}
}
add_action( 'admin_notices', __NAMESPACE__ . '\\notices' );

function notice( string $kind, string $text, string $link = '' ): void {
	echo '<div class="notice notice-' . esc_attr( $kind ) . '"><p>' . esc_html( $text ) . wp_kses_post( $link ) . '</p></div>';
}
