<?php
/**
 * Plugin Name:       Répit Gate
 * Description:       Asks a Répit gate about each upload, and refuses pictures and films that a person asked to be kept off the internet.
 * Version:           0.1.0
 * Requires at least: 5.9
 * Requires PHP:      7.4
 * Author:            The Répit contributors
 * License:           Apache-2.0
 * License URI:       https://www.apache.org/licenses/LICENSE-2.0
 * Text Domain:       repit-gate
 * Domain Path:       /languages
 *
 * In: everything that WordPress lets in as a file. Out: a question to the gate (`POST /v1/refuse`), and the
 * upload accepted, held or refused. Next: WordPress, which stores it or says why not.
 *
 * settings  constants and options        gate    the question and its answer
 * channels     where files come in          held    what waits for a person's decision
 * page      what the administrator sees
 *
 * SPDX-License-Identifier: Apache-2.0
 */

namespace Repit\Gate;

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const FILE = __FILE__;

require __DIR__ . '/includes/settings.php';
require __DIR__ . '/includes/gate.php';
require __DIR__ . '/includes/channels.php';
require __DIR__ . '/includes/held.php';
require __DIR__ . '/includes/page.php';

register_activation_hook( __FILE__, __NAMESPACE__ . '\\begin_asking' );
register_deactivation_hook( __FILE__, __NAMESPACE__ . '\\stop_asking' );
