#include "spawn/births.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "platform/process.h"

namespace sexton {

// Its plan follows it in the same block.
struct Room {
  Room* next = nullptr;
  uint32_t id = 0;
  const void* owner = nullptr;  // null once it is abandoned
  char* stack = nullptr;        // null once the child has left it
  char** pointers = nullptr;
  SpawnPlan* plan = nullptr;
  Birth birth = {};
};

namespace {

// Stacks that are kept for later births: to map one takes as long as to copy a plan, and to unmap
// one interrupts every processor that runs one of our threads.
constexpr int kKeptStacks = 64;

struct SpareStack {
  SpareStack* next;
};

// Constant-initialized, and never destroyed: a child may be on its way while this process exits.
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
Room* rooms = nullptr;  // births under way, and failed ones that nobody has asked about
SpareStack* spare_stacks = nullptr;
int spare_count = 0;
uint32_t last_id = 0;

class Locked {
 public:
  Locked() { pthread_mutex_lock(&lock); }
  ~Locked() { pthread_mutex_unlock(&lock); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

bool IsOver(const Room& room) {
  return __atomic_load_n(&room.birth.occupied, __ATOMIC_ACQUIRE) == 0;
}
bool HasFailed(const Room& room) { return room.birth.report.step != SpawnStep::kNone; }

size_t PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

// Below the stack is a page that nobody may touch: a child that needs more dies, and writes
// nowhere else.
char* MapStack() {
  const size_t page = PageSize();
  void* const block =
      mmap(nullptr, page + kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
  if (mprotect(block, page, PROT_NONE) == 0) return static_cast<char*>(block) + page;
  munmap(block, page + kStackSize);
  return nullptr;
}

char* TakeStack() {
  {
    const Locked locked;
    if (spare_stacks != nullptr) {
      SpareStack* const spare = spare_stacks;
      spare_stacks = spare->next;
      --spare_count;
      return reinterpret_cast<char*>(spare);
    }
  }
  return MapStack();
}

// Under the lock.
void ReturnStack(Room* room) {
  if (room->stack == nullptr) return;
  ForgetFrames(room->stack);
  if (spare_count < kKeptStacks) {
    auto* const spare = reinterpret_cast<SpareStack*>(room->stack);
    spare->next = spare_stacks;
    spare_stacks = spare;
    ++spare_count;
  } else {
    munmap(room->stack - PageSize(), PageSize() + kStackSize);
  }
  room->stack = nullptr;
}

// Frees the rooms of births that are over, for this owner and for nobody. Only the owner's thread
// frees its rooms, so that it may wait for one of them without the lock. Under the lock.
void Sweep(const void* owner) {
  for (Room** link = &rooms; *link != nullptr;) {
    Room* const room = *link;
    const bool is_ours = room->owner == owner || room->owner == nullptr;
    if (is_ours && IsOver(*room)) ReturnStack(room);
    if (is_ours && room->stack == nullptr && (room->owner == nullptr || !HasFailed(*room))) {
      *link = room->next;
      FreeRoom(room);
    } else {
      link = &room->next;
    }
  }
}

Room* Find(uint32_t id, const void* owner) {
  const Locked locked;
  Room* room = rooms;
  while (room != nullptr && (room->id != id || room->owner != owner)) room = room->next;
  return room;
}

const Room* FindUnderWay(const void* owner) {
  const Locked locked;
  const Room* room = rooms;
  while (room != nullptr && (room->owner != owner || IsOver(*room))) room = room->next;
  return room;
}

void Add(Room* room, const void* owner) {
  const Locked locked;
  room->owner = owner;
  if (++last_id == 0) ++last_id;  // 0 means no birth
  room->id = last_id;
  room->next = rooms;
  rooms = room;
}

SpawnResult Failure(Room* room, SpawnStep step, int error) {
  {
    const Locked locked;
    ReturnStack(room);
  }
  FreeRoom(room);
  SpawnResult result;
  result.step = step;
  result.error = error;
  return result;
}

SpawnResult Await(Room* room) {
  const SpawnResult result = Spawn(room->plan);
  FreeRoom(room);
  return result;
}

// Starts the child on the stack and the pointers of its room.
SpawnResult Start(Room* room) {
  Birth* const birth = &room->birth;
  birth->plan = room->plan;
  birth->pointers = room->pointers;
  birth->occupied = 1;
  SpawnResult result;
  // As in Spawn(): no handler may run in the child before it has reset the dispositions.
  const int blocked = BlockAllSignals(&birth->original_mask);
  if (blocked < 0) return Failure(room, SpawnStep::kSignals, -blocked);
  result.pid = CreateUnawaited(birth, room->stack, &result.pidfd);
  RestoreMask(birth->original_mask);
  return result.pid < 0 ? Failure(room, SpawnStep::kClone, -result.pid) : result;
}

}  // namespace

Room* NewRoom(const void* plan, size_t size) {
  auto* const room = static_cast<Room*>(malloc(sizeof(Room) + size));
  if (room == nullptr) return nullptr;
  *room = Room();
  room->plan = reinterpret_cast<SpawnPlan*>(room + 1);
  memcpy(room->plan, plan, size);
  return room;
}

SpawnPlan* PlanIn(Room* room) { return room->plan; }

void FreeRoom(Room* room) {
  free(room->pointers);
  free(room);
}

SpawnResult SpawnIn(Room* room, const void* owner, uint32_t* birth) {
  *birth = 0;
  if (!Has(*room->plan, kUnawaited) || !NeedNotWait(*room->plan)) return Await(room);
  {
    const Locked locked;
    Sweep(owner);
  }
  PinThisObject();
  const size_t pointers = CountPointers(*room->plan);
  room->pointers = static_cast<char**>(malloc(pointers * sizeof(char*)));
  room->stack = room->pointers == nullptr ? nullptr : TakeStack();
  if (room->stack == nullptr) return Failure(room, SpawnStep::kClone, ENOMEM);
  const SpawnResult result = Start(room);
  if (result.pid <= 0) return result;
  Add(room, owner);
  *birth = room->id;
  return result;
}

// Waits without the lock: see Sweep().
BirthState StateOf(uint32_t birth, const void* owner, int milliseconds, SpawnReport* report) {
  const Room* const room = Find(birth, owner);
  if (room == nullptr) return BirthState::kOver;
  if (!IsOver(*room)) AwaitLeaving(&room->birth.occupied, milliseconds);
  if (!IsOver(*room)) return BirthState::kUnderWay;
  *report = room->birth.report;
  return HasFailed(*room) ? BirthState::kFailed : BirthState::kOver;
}

int CountFailed(const void* owner, int milliseconds) {
  for (;;) {
    const Room* const room = FindUnderWay(owner);
    if (room == nullptr) break;
    AwaitLeaving(&room->birth.occupied, milliseconds);
    if (!IsOver(*room)) break;
  }
  const Locked locked;
  int failed = 0;
  for (const Room* room = rooms; room != nullptr; room = room->next) {
    if (room->owner == owner && IsOver(*room) && HasFailed(*room)) ++failed;
  }
  return failed;
}

// A dead child has left the memory, even if the kernel did not say so: until Linux 5.16 it does not
// if the child dumps core.
bool ForgetBirth(uint32_t birth, const void* owner, SpawnReport* report) {
  Room* const room = Find(birth, owner);
  if (room == nullptr) return false;
  __atomic_store_n(&room->birth.occupied, 0, __ATOMIC_RELEASE);
  *report = room->birth.report;
  const bool failed = HasFailed(*room);
  const Locked locked;
  room->owner = nullptr;
  return failed;
}

void AbandonBirths(const void* owner) {
  const Locked locked;
  for (Room* room = rooms; room != nullptr; room = room->next) {
    if (room->owner == owner) room->owner = nullptr;
  }
}

}  // namespace sexton
