#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

/// How often the calling thread has asked for memory so far, or -1 where that cannot be counted.
long allocation_count(void);

/// How many bytes the calling thread has been given and not given back, or -1 where that cannot be
/// counted.
long allocated_byte_count(void);

#endif
