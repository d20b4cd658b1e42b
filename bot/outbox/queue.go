package outbox

import "container/heap"

// A queue is a heap of chats that knows where each stands in it, so that one
// can be taken out of its middle.
type queue struct {
	slot  int // which of chat.index is the queue's
	less  func(a, b *chat) bool
	chats []*chat
}

const (
	readySlot   = 0
	waitingSlot = 1
)

// newReady returns a queue of chats of which the one with the oldest message
// goes first.
func newReady() queue {
	return queue{slot: readySlot, less: func(a, b *chat) bool { return a.front.id < b.front.id }}
}

// newWaiting returns a queue of chats of which the one whose time comes first
// goes first.
func newWaiting() queue {
	return queue{slot: waitingSlot, less: func(a, b *chat) bool { return a.at.Before(b.at) }}
}

// first returns the first chat, or nil.
func (q *queue) first() *chat {
	if len(q.chats) == 0 {
		return nil
	}
	return q.chats[0]
}

func (q *queue) add(c *chat) { heap.Push(q, c) }

// remove takes c out if it is in q.
func (q *queue) remove(c *chat) {
	if at := c.index[q.slot]; at > 0 {
		heap.Remove(q, at-1)
	}
}

// Len implements [heap.Interface], as do the following.
func (q *queue) Len() int           { return len(q.chats) }
func (q *queue) Less(i, j int) bool { return q.less(q.chats[i], q.chats[j]) }

func (q *queue) Swap(i, j int) {
	q.chats[i], q.chats[j] = q.chats[j], q.chats[i]
	q.chats[i].index[q.slot], q.chats[j].index[q.slot] = i+1, j+1
}

func (q *queue) Push(x any) {
	c := x.(*chat)
	q.chats = append(q.chats, c)
	c.index[q.slot] = len(q.chats)
}

func (q *queue) Pop() any {
	last := len(q.chats) - 1
	c := q.chats[last]
	q.chats[last] = nil
	q.chats = q.chats[:last]
	c.index[q.slot] = 0
	return c
}
