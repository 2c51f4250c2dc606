#ifndef SEXTON_KEEPER_PID1_GROUP_H_
#define SEXTON_KEEPER_PID1_GROUP_H_

namespace sexton::pid1 {

// Whether this process shares its process group with others: the rest of a pipeline, or the script
// that has started it. A shell gives the terminal to a whole group, so a child that takes the
// terminal takes it from them too. Descendants of this process do not count. True if /proc cannot
// be read.
bool SharesGroup();

}  // namespace sexton::pid1

#endif  // SEXTON_KEEPER_PID1_GROUP_H_
