/* The header is all that a program needs (C99). */
#include <heartbeat/client.h>

int use(hb_client *client);
int use(hb_client *client)
{
    const char *json = 0;
    return hb_client_status(client, 1000, &json) == HB_CLIENT_OK ? 0 : 1;
}
