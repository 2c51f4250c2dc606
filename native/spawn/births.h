#ifndef SEXTON_SPAWN_BIRTHS_H_
#define SEXTON_SPAWN_BIRTHS_H_

#include <cstddef>
#include <cstdint>

#include "spawn/child.h"
#include "spawn/spawn.h"

// Births that the parent does not wait for.
//
// Between clone and exec a child runs on its parent's memory. Spawn() makes the parent's thread
// sleep meanwhile (CLONE_VFORK), which is most of the time that it takes. SpawnIn() lets the thread
// go on. Five rules make that safe:
//
// 1. The child writes to its Room alone: its plan, its pointers, its Birth and its stack. It reads
//    nothing else that the parent may change. Its calls leave the parent's errno alone (calls.h).
//    The addon is linked with -z now, because a first call by way of the dynamic linker would write
//    to the linker's part of the parent's thread.
// 2. A Room lives until the kernel says that the child has left the memory, by exec or exit: it
//    then sets Birth::occupied to 0 (CLONE_CHILD_CLEARTID). It would write to freed memory
//    otherwise.
// 3. Rooms belong to the process. A worker may be terminated in the middle of a birth: it abandons
//    its Rooms, and the next spawn of any thread frees those that were left. The code that the
//    child runs stays loaded for ever, although the worker may be the last one that has loaded the
//    addon.
// 4. The first birth of a process is always awaited. It shows whether the memory is shared, and
//    whether the kernel says so when it is left: emulators and WSL 1 do neither.
// 5. Births are awaited that others rely on as soon as spawn returns: NeedNotWait() tells which.
//
// A failed step is in the Room's report, and the child exits by 127. Who hears of an exit that is
// no success asks whether it was a failed birth. So a success costs no call, and no descriptor.

namespace sexton {

// The memory of a birth.
struct Room;

// Makes a room with a copy of a plan: the caller's buffer may be shared with other threads, and a
// child writes to its plan. Null if there is no memory for it.
Room* NewRoom(const void* plan, size_t size);
SpawnPlan* PlanIn(Room* room);
void FreeRoom(Room* room);  // only before SpawnIn()

// Starts a process and takes over the room. Returns while the child is on its way to exec if the
// plan has kUnawaited and it is safe; `birth` is its number then. Otherwise it does what Spawn()
// does, and `birth` is 0.
SpawnResult SpawnIn(Room* room, const void* owner, uint32_t* birth);

enum class BirthState : int32_t { kUnderWay, kOver, kFailed };

// The state of one of the caller's births, and of a failed one its report. Waits for the end of the
// birth for at most some milliseconds: a child that is stopped or frozen gets to none.
BirthState StateOf(uint32_t birth, const void* owner, int milliseconds, SpawnReport* report);

// Waits likewise for all births of an owner. How many have failed and are not forgotten.
int CountFailed(const void* owner, int milliseconds);

// The child of this birth is dead. Whether it had failed; its report is told for the last time.
bool ForgetBirth(uint32_t birth, const void* owner, SpawnReport* report);

// The owner will never ask again. Its births come to their ends by themselves.
void AbandonBirths(const void* owner);

}  // namespace sexton

#endif  // SEXTON_SPAWN_BIRTHS_H_
