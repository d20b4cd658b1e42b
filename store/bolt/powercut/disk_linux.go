package powercut

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// ToldName is the name of a file on every [Disk] into which the program writes
// what it has promised, a line with each write. It is not part of a [Cut].
const ToldName = "told"

// A Disk is a mounted file system without directories.
type Disk struct {
	*Recording
	server *fuse.Server
}

// Mount mounts an empty disk at dir, which must be there. It needs /dev/fuse and
// the right to mount. If links is false, files cannot have two names, as on some
// file systems.
func Mount(dir string, links bool) (*Disk, error) {
	d := &Disk{Recording: &Recording{}}
	opt := &fs.Options{MountOptions: fuse.MountOptions{
		DirectMountStrict: true, // no helper program
		FsName:            "powercut",
		MaxWrite:          1 << 20,
	}}
	server, err := fs.Mount(dir, &root{disk: d, links: links}, opt)
	if err != nil {
		return nil, fmt.Errorf("mount %s: %w", dir, err)
	}
	d.server = server
	return d, nil
}

// Unmount takes the disk away. Nobody may have a file of it open.
func (d *Disk) Unmount() error { return d.server.Unmount() }

// A root is the directory.
type root struct {
	fs.Inode
	disk  *Disk
	links bool

	mu   sync.Mutex
	made int // files
}

var (
	_ fs.NodeOnAdder  = (*root)(nil)
	_ fs.NodeCreater  = (*root)(nil)
	_ fs.NodeLinker   = (*root)(nil)
	_ fs.NodeUnlinker = (*root)(nil)
	_ fs.NodeRenamer  = (*root)(nil)
	_ fs.NodeFsyncer  = (*root)(nil)
)

// OnAdd implements [fs.NodeOnAdder].
func (r *root) OnAdd(ctx context.Context) {
	r.AddChild(ToldName, r.NewPersistentInode(ctx, &teller{disk: r.disk}, fs.StableAttr{}), true)
}

// Create implements [fs.NodeCreater].
func (r *root) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	r.mu.Lock()
	r.made++
	n := &node{disk: r.disk, file: r.made}
	r.mu.Unlock()
	n.Attr.Mode = mode
	out.Mode = mode
	r.disk.add(op{kind: named, file: n.file, name: name})
	return r.NewPersistentInode(ctx, n, fs.StableAttr{}), nil, fuse.FOPEN_KEEP_CACHE, fs.OK
}

// Link implements [fs.NodeLinker].
func (r *root) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	n, ok := target.(*node)
	if !ok || !r.links {
		return nil, syscall.EPERM
	}
	r.disk.add(op{kind: named, file: n.file, name: name})
	n.attr(&out.Attr)
	return n.EmbeddedInode(), fs.OK
}

// Unlink implements [fs.NodeUnlinker].
func (r *root) Unlink(ctx context.Context, name string) syscall.Errno {
	r.disk.add(op{kind: unnamed, name: name})
	return fs.OK
}

// Rename implements [fs.NodeRenamer].
func (r *root) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, to string, flags uint32) syscall.Errno {
	n, ok := r.GetChild(name).Operations().(*node)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	r.disk.add(op{kind: moved, file: n.file, name: name, to: to})
	return fs.OK
}

// Fsync implements [fs.NodeFsyncer] for the directory.
func (r *root) Fsync(ctx context.Context, f fs.FileHandle, flags uint32) syscall.Errno {
	r.disk.add(op{kind: dirSynced})
	return fs.OK
}

// A node is a file. What it holds is held by the MemRegularFile. The kernel hands
// over every write and cut before the call that asked for it returns.
type node struct {
	fs.MemRegularFile
	disk *Disk
	file int
	mu   sync.Mutex // a MemRegularFile hands out what it holds, and writes on meanwhile
}

var (
	_ fs.NodeReader    = (*node)(nil)
	_ fs.NodeWriter    = (*node)(nil)
	_ fs.NodeSetattrer = (*node)(nil)
	_ fs.NodeFsyncer   = (*node)(nil)
	_ fs.NodeAllocater = (*node)(nil)
)

func (n *node) attr(out *fuse.Attr) {
	var a fuse.AttrOut
	n.Getattr(context.Background(), nil, &a)
	*out = a.Attr
}

// Read implements [fs.NodeReader].
func (n *node) Read(ctx context.Context, f fs.FileHandle, dest []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r, errno := n.MemRegularFile.Read(ctx, f, dest, at)
	if errno != fs.OK {
		return r, errno
	}
	data, status := r.Bytes(dest)
	return fuse.ReadResultData(bytes.Clone(data)), syscall.Errno(status)
}

// Write implements [fs.NodeWriter].
func (n *node) Write(ctx context.Context, f fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.disk.add(op{kind: write, file: n.file, at: at, data: bytes.Clone(data)})
	return n.MemRegularFile.Write(ctx, f, data, at)
}

// Setattr implements [fs.NodeSetattrer].
func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		n.disk.add(op{kind: resize, file: n.file, at: int64(size)})
	}
	return n.MemRegularFile.Setattr(ctx, f, in, out)
}

// Fsync implements [fs.NodeFsyncer]. The sizes of files are synced with what they
// hold, by fdatasync too.
func (n *node) Fsync(ctx context.Context, f fs.FileHandle, flags uint32) syscall.Errno {
	n.disk.add(op{kind: synced, file: n.file})
	return fs.OK
}

// Allocate implements [fs.NodeAllocater], which is not recorded and so refused.
func (n *node) Allocate(ctx context.Context, f fs.FileHandle, at, size uint64, mode uint32) syscall.Errno {
	return syscall.ENOTSUP
}

// A teller is the file that tells.
type teller struct {
	fs.Inode
	disk *Disk
}

var (
	_ fs.NodeOpener    = (*teller)(nil)
	_ fs.NodeWriter    = (*teller)(nil)
	_ fs.NodeSetattrer = (*teller)(nil)
	_ fs.NodeGetattrer = (*teller)(nil)
)

// Open implements [fs.NodeOpener].
func (t *teller) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_DIRECT_IO, fs.OK
}

// Write implements [fs.NodeWriter].
func (t *teller) Write(ctx context.Context, f fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	t.disk.add(op{kind: told, data: bytes.Clone(data)})
	return uint32(len(data)), fs.OK
}

// Setattr implements [fs.NodeSetattrer].
func (t *teller) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return fs.OK
}

// Getattr implements [fs.NodeGetattrer].
func (t *teller) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = 0o600
	return fs.OK
}
