#ifndef SEXTON_PLATFORM_FOREIGN_ADDONS_H_
#define SEXTON_PLATFORM_FOREIGN_ADDONS_H_

namespace sexton {

// How many native addons (*.node) other than this one are loaded. Any of them may have children of
// its own; while there is none, a child that neither we nor child_process made is an orphan for
// certain. -1: unknown.
int CountForeignAddons();

}  // namespace sexton

#endif  // SEXTON_PLATFORM_FOREIGN_ADDONS_H_
