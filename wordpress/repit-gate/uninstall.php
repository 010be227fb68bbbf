<?php
/**
 * Forget the settings. What is on hold stays shut, with the note that says so: nobody has decided on it yet.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

delete_option( 'repit_gate' );
delete_option( 'repit_gate_trouble' );
