//go:build unix && !solaris && !netbsd && !openbsd && !illumos && !aix

package disk

import (
	"fmt"
	"syscall"
)

// RoomAt returns how much room the file system has that holds path, which must
// be there.
func RoomAt(path string) (Room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return Room{}, fmt.Errorf("look at the room of %s: %w", path, err)
	}
	return Room{Free: int64(s.Bavail) * int64(s.Bsize), Total: int64(s.Blocks) * int64(s.Bsize)}, nil // #nosec G115 -- no disk has 2^63 bytes
}
