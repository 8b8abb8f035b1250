// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PLEDGESIM_RESULTS_OUTFOLDER_H
#define PLEDGESIM_RESULTS_OUTFOLDER_H

#include "outio.h"
#include "pledgesim/manifest.h"

/* What writers and readers of a results folder share: its lock, its recovery, its manifest. Private
 * to sim/results. */

#define PS_OUT_LOCK_NAME ".lock"

/* Takes the lock; it is held until *lock_fd is closed. *made: the lock file was not there before.
 * PS_LOCKED: another holds it. */
enum ps_status ps_outfolder_lock(struct ps_outio *io, int *lock_fd, int *made) PS_MUST_CHECK;

/* Completes the commit that a journal tells of; the lock is held. *damaged: there is a journal that
 * cannot be followed; then nothing was touched. */
enum ps_status ps_outfolder_roll_forward(struct ps_outio *io, int *damaged) PS_MUST_CHECK;

/* Removes the temporary files of broken runs; the lock is held and no journal waits. */
enum ps_status ps_outfolder_clear(struct ps_outio *io) PS_MUST_CHECK;

/* True when something without a leading dot is in the folder. */
enum ps_status ps_outfolder_has_visible(struct ps_outio *io, int *visible) PS_MUST_CHECK;

/* *found 0 and an empty listing: there is no manifest. */
enum ps_status ps_outfolder_manifest(struct ps_outio *io, struct ps_manifest_listing *listing,
                                     enum ps_manifest_kind *kind, int *found) PS_MUST_CHECK;

#endif
