<?php
/**
 * What the administrator decided: constants in wp-config.php, else options of the settings page.
 *
 * In: `WP_REPIT_…` constants, the option `repit_gate`. Out: checked values. Next: everything else. A value
 * that cannot be is replaced by the default, and the settings page and a notice say so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

const OPTION  = 'repit_gate';
const TROUBLE = 'repit_gate_trouble';

/** Each setting with its default and its check, which gives the value back or null. */
function declared(): array {
	return array(
		'url'         => array( '', __NAMESPACE__ . '\\address' ),
		'key'         => array( '', __NAMESPACE__ . '\\bearer' ),
		'unreachable' => array( 'open', one_of( 'open', 'hold', 'closed' ) ),
		'review'      => array( 'hold', one_of( 'hold', 'accept', 'refuse' ) ),
		'seconds'     => array( 5.0, between( 0.5, 30 ) ),
		'bytes'       => array( 20 * 1024 * 1024, between( 65536, 256 * 1024 * 1024 ) ),
	);
}

/** The value in force: the constant, else the option, else the default. */
function setting( string $name ) {
	list( $default, $check ) = declared()[ $name ];
	$checked                 = $check( given( $name ) ?? $default );
	return $checked ?? $default;
}

/** What was given, unchecked; null where nothing was. */
function given( string $name ) {
	if ( is_constant( $name ) ) {
		return constant( constant_of( $name ) );
	}
	$options = get_option( OPTION, array() );
	return is_array( $options ) ? ( $options[ $name ] ?? null ) : null;
}

function constant_of( string $name ): string {
	return 'WP_REPIT_' . strtoupper( $name );
}

function is_constant( string $name ): bool {
	return defined( constant_of( $name ) );
}

/** Names of constants whose value cannot be. */
function broken_constants(): array {
	$broken = array();
	foreach ( declared() as $name => list( , $check ) ) {
		if ( is_constant( $name ) && null === $check( constant( constant_of( $name ) ) ) ) {
			$broken[] = constant_of( $name );
		}
	}
	return $broken;
}

/** What the settings page sent, checked: what cannot be is not kept. An empty key leaves the former one. */
function sanitized( $sent ): array {
	$kept = (array) get_option( OPTION, array() );
	foreach ( declared() as $name => list( , $check ) ) {
		if ( is_constant( $name ) || ! is_array( $sent ) || ! is_scalar( $sent[ $name ] ?? null ) ) {
			continue;
		}
		// WordPress sends what was checked through here again when the option is new.
		$value = is_string( $sent[ $name ] ) ? trim( $sent[ $name ] ) : $sent[ $name ];
		if ( 'key' === $name && '' === $value ) {
			continue;
		}
		$checked = $check( $value );
		if ( null === $checked ) {
			/* translators: %s: name of a setting. */
			add_settings_error( OPTION, $name, sprintf( __( '“%s” was not changed: its value cannot be used.', 'repit-gate' ), label( $name ) ) );
			continue;
		}
		$kept[ $name ] = $checked;
	}
	return array_intersect_key( $kept, declared() );
}

function label( string $name ): string {
	$labels = array(
		'url'         => __( 'Address of the gate', 'repit-gate' ),
		'key'         => __( 'Key', 'repit-gate' ),
		'unreachable' => __( 'When the gate does not answer', 'repit-gate' ),
		'review'      => __( 'When a person has to decide', 'repit-gate' ),
		'seconds'     => __( 'Longest wait, in seconds', 'repit-gate' ),
		'bytes'       => __( 'Largest file that is sent from memory, in bytes', 'repit-gate' ),
	);
	return $labels[ $name ];
}

// --- checks ---------------------------------------------------------------------------------------------

function address( $value ): ?string {
	if ( '' === $value ) {
		return '';
	}
	$parts = is_string( $value ) ? wp_parse_url( $value ) : false;
	$fits  = is_array( $parts ) && in_array( $parts['scheme'] ?? '', array( 'http', 'https' ), true )
		&& '' !== ( $parts['host'] ?? '' )
		&& ! array_intersect( array( 'user', 'pass', 'query', 'fragment' ), array_keys( $parts ) );
	return $fits && strlen( $value ) <= 300 ? rtrim( $value, '/' ) : null;
}

function bearer( $value ): ?string {
	return is_string( $value ) && preg_match( '/\A[\x21-\x7e]{0,200}\z/', $value ) ? $value : null;
}

function one_of( string ...$words ): callable {
	return static function ( $value ) use ( $words ): ?string {
		return in_array( $value, $words, true ) ? $value : null;
	};
}

function between( float $least, float $most ): callable {
	return static function ( $value ) use ( $least, $most ): ?float {
		return is_numeric( $value ) && $value >= $least && $value <= $most ? (float) $value : null;
	};
}

// --- words ----------------------------------------------------------------------------------------------

final class Voice {
	/** @var string The locale that is spoken now. */
	public static $locale = 'en_US';
}

/** French for every kind of French, whether or not WordPress itself speaks it; else what the sources say. */
function speak( $locale = '' ): void {
	unload_textdomain( 'repit-gate' );
	Voice::$locale = is_string( $locale ) && '' !== $locale ? $locale : determine_locale();
	if ( 0 === strpos( Voice::$locale, 'fr' ) ) {
		load_textdomain( 'repit-gate', dirname( __DIR__ ) . '/languages/repit-gate-fr_FR.mo' );
	}
}
add_action( 'init', __NAMESPACE__ . '\\speak' );
add_action( 'change_locale', __NAMESPACE__ . '\\speak' );
