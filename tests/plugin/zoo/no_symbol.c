/* A shared object that is no plugin at all. */
int hb_forgotten_entry(void);
int hb_forgotten_entry(void) { return 0; }
