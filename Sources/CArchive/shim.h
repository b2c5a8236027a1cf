#pragma once

#include <archive.h>
#include <archive_entry.h>

// Macros with casts do not import into Swift.
static inline int carchive_is_file(struct archive_entry *entry) {
    return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL;
}

static inline int carchive_is_folder(struct archive_entry *entry) {
    return archive_entry_filetype(entry) == AE_IFDIR;
}
