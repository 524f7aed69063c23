/* Publishes COUNT durable messages with confirms, at most WINDOW unconfirmed; prints seconds.
   cc publisher.c -lrabbitmq -o publisher
   ./publisher PORT VHOST EXCHANGE KEY COUNT WINDOW BODY MESSAGE_ID TYPE [HEADER=VALUE ...] */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* Wait for one confirm; return the highest tag that is confirmed. */
static uint64_t confirmed(amqp_connection_state_t c, uint64_t so_far) {
  amqp_frame_t frame;
  if (amqp_simple_wait_frame(c, &frame) != AMQP_STATUS_OK) exit(3);
  if (frame.frame_type != AMQP_FRAME_METHOD) exit(4);
  if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD) exit(5);
  amqp_basic_ack_t *ack = frame.payload.method.decoded;
  return ack->delivery_tag > so_far ? ack->delivery_tag : so_far;
}

int main(int argc, char **argv) {
  if (argc < 10) return 2;
  int count = atoi(argv[5]), window = atoi(argv[6]), headers = argc - 10;
  amqp_connection_state_t c = amqp_new_connection();
  amqp_socket_t *socket = amqp_tcp_socket_new(c);
  if (amqp_socket_open(socket, "127.0.0.1", atoi(argv[1]))) return 6;
  amqp_login(c, argv[2], 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
  amqp_channel_open(c, 1);
  amqp_confirm_select(c, 1);
  amqp_basic_properties_t properties = {0};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG |
                      AMQP_BASIC_CONTENT_ENCODING_FLAG | AMQP_BASIC_HEADERS_FLAG |
                      AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TYPE_FLAG;
  properties.delivery_mode = 2;
  properties.content_type = amqp_cstring_bytes("application/json");
  properties.content_encoding = amqp_cstring_bytes("utf-8");
  properties.message_id = amqp_cstring_bytes(argv[8]);
  properties.type = amqp_cstring_bytes(argv[9]);
  amqp_table_entry_t *entries = calloc(headers + 1, sizeof *entries);
  for (int i = 0; i < headers; i++) {
    entries[i].key = amqp_cstring_bytes(strtok(argv[10 + i], "="));
    entries[i].value.kind = AMQP_FIELD_KIND_UTF8;
    entries[i].value.value.bytes = amqp_cstring_bytes(strtok(NULL, ""));
  }
  entries[headers].key = amqp_cstring_bytes("x-position");
  entries[headers].value.kind = AMQP_FIELD_KIND_I32;
  properties.headers = (amqp_table_t){.num_entries = headers + 1, .entries = entries};
  amqp_bytes_t body = amqp_cstring_bytes(argv[7]);
  double began = now();
  uint64_t sent = 0, known = 0;
  while (known < (uint64_t)count) {
    while (sent < (uint64_t)count && sent - known < (uint64_t)window) {
      entries[headers].value.value.i32 = (int32_t)sent;
      if (amqp_basic_publish(c, 1, amqp_cstring_bytes(argv[3]), amqp_cstring_bytes(argv[4]), 1, 0,
                             &properties, body)) return 7;
      sent++;
    }
    known = confirmed(c, known);
    amqp_maybe_release_buffers(c);
  }
  printf("%.6f\n", now() - began);
  amqp_connection_close(c, AMQP_REPLY_SUCCESS);
  return 0;
}
