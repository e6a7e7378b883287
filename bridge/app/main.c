/* SPDX-License-Identifier: Apache-2.0 */

/* clockify-bridged: from the command line to the daemon or the check of its configuration. Nothing
 * more. */

#include "app/check.h"
#include "app/daemon.h"
#include "app/harden.h"
#include "app/options.h"
#include "app/restore.h"
#include "remote/rest.h"

int main(int argc, char **argv)
{
    harden_process();
    Options options;
    int status = options_parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (options.check_config)
        return check_config(options.config);
    if (options.restore)
        return restore_run(&options);
    rest_global_init(); /* libcurl and libcrypto want this before the first thread */
    return daemon_run(&options);
}
