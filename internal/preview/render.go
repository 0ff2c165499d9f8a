package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// What a preview may cost.
const (
	MaxPages = 10   // are drawn, whatever the file says it has
	maxWide  = 1200 // pixels
	maxHigh  = 1600 // pixels
	quality  = 80   // of the JPEG

	seconds     = 10 * time.Second // for all pages of a file
	patience    = 5 * time.Second  // to wait for a turn
	memoryPages = 4096             // of 64 KiB: 256 MiB
	idle        = 5 * time.Minute  // after which the compiled PDFium is let go
)

// Reason says why not all of a file's first pages are there.
type Reason string

// The reasons.
const (
	Locked     Reason = "locked"     // needs a password
	Unreadable Reason = "unreadable" // broken, or asks for more memory than there is
	Slow       Reason = "slow"       // was stopped
	Busy       Reason = "busy"       // others are drawn, or something failed: nothing is known of the file
	Off        Reason = "off"        // nothing is drawn on this machine
)

// Page is one page as a picture.
type Page struct {
	Wide, High int // pixels
	JPEG       []byte
}

// Document is what can be shown of a file: its first pages, and why there are no
// more of them.
type Document struct {
	Total  int // pages of the file; 0: not known
	Pages  []Page
	Reason Reason // "": all pages up to MaxPages are there

	tries int // how often it was drawn; 0: not kept
}

// maxTries is how often a file is drawn that takes too long.
const maxTries = 3

// Again tells whether drawing the file once more may show more of it.
func (d Document) Again() bool { return d.Reason == Slow && d.tries < maxTries }

// Renderer draws. PDFium is compiled for the first file, which takes seconds and
// memory that most processes never need. All methods may be called in parallel;
// one file is drawn at a time.
type Renderer struct {
	turn chan struct{} // one token; whoever has it may touch what follows

	pool  pdfium.Pool
	stop  context.CancelFunc // ends whatever runs in the pool
	mem   *arena
	cache wazero.CompilationCache // of PDFium: a pool after a stopped one starts at once

	code func() bool // whether it may make code
	off  sync.Once   // says once that it may not

	mu    sync.Mutex
	timer *time.Timer
	limit time.Duration
}

// NewRenderer makes it; Close it at the end.
func NewRenderer() *Renderer {
	r := &Renderer{turn: make(chan struct{}, 1), limit: seconds, code: makesCode, mem: &arena{}}
	r.turn <- struct{}{}
	return r
}

// Close lets PDFium go. A later Render starts it again.
func (r *Renderer) Close() {
	<-r.turn
	defer func() { r.turn <- struct{}{} }()
	r.letGo(context.Background()) //nolint:forbidigo // closing waits for nobody
}

// letGo frees what PDFium holds, the compiled code included.
func (r *Renderer) letGo(ctx context.Context) {
	r.end()
	if r.cache != nil {
		_ = r.cache.Close(ctx) // memory only
		r.cache, r.mem = nil, &arena{}
	}
}

// end stops the pool and whatever runs in it.
func (r *Renderer) end() {
	if r.pool == nil {
		return
	}
	r.stop()
	_ = r.pool.Close() // only says that it was closed before
	r.pool, r.stop = nil, nil
}

// Render draws the first pages of a PDF. fault.Unavailable while others are
// drawn, and when the caller goes away: nothing is known of the file then.
func (r *Renderer) Render(ctx context.Context, pdf []byte) (Document, error) {
	wait, stop := context.WithTimeout(ctx, patience)
	defer stop()
	select {
	case <-r.turn:
	case <-wait.Done():
		return Document{}, busy(wait.Err())
	}
	defer func() { //nolint:contextcheck // it is let go long after who asked
		r.later()
		r.turn <- struct{}{}
	}()
	if !r.code() {
		r.off.Do(func() {
			slog.Default().Warn("preview: this process may make no code (MemoryDenyWriteExecute?), PDFs are not drawn")
		})
		return Document{Reason: Off}, nil
	}
	if err := r.start(ctx); err != nil {
		return Document{}, err
	}
	return r.render(ctx, pdf)
}

// arena is the memory that files are drawn in, one after the other. It is made
// once and cleared for the next: what grows in steps is copied and stands there
// twice, and what is made anew for each file waits for the collector.
type arena struct {
	mem  []byte
	used atomic.Uint64 // bytes from the start that were handed out since it was cleared
	busy atomic.Bool
}

// Allocate implements experimental.MemoryAllocator.
func (a *arena) Allocate(_, limit uint64) experimental.LinearMemory {
	if !a.busy.CompareAndSwap(false, true) {
		return &arena{mem: make([]byte, limit)}
	}
	if uint64(len(a.mem)) != limit {
		a.mem = make([]byte, limit)
	} else {
		clear(a.mem[:a.used.Load()])
	}
	a.used.Store(0)
	return a
}

// Reallocate implements experimental.LinearMemory; nil when there is no more.
func (a *arena) Reallocate(size uint64) []byte {
	if size > uint64(len(a.mem)) {
		return nil
	}
	a.used.Store(max(size, a.used.Load()))
	return a.mem[:size:size]
}

// Free implements experimental.LinearMemory.
func (a *arena) Free() { a.busy.Store(false) }

// makesCode tells whether this process may turn memory that it wrote into code.
// A systemd unit with MemoryDenyWriteExecute=yes may not; WebAssembly would be
// interpreted then, too slowly for any page.
func makesCode() bool {
	mem, err := syscall.Mmap(-1, 0, syscall.Getpagesize(), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return false
	}
	defer func() { _ = syscall.Munmap(mem) }()
	return syscall.Mprotect(mem, syscall.PROT_READ|syscall.PROT_EXEC) == nil
}

func busy(err error) error {
	e := fault.New(fault.Unavailable, "preview.busy").Because(err)
	e.RetryAfter = patience
	return e
}

// later lets PDFium go when nothing was drawn for a while. Whoever draws by then
// has the turn, and puts the end off when it is done.
func (r *Renderer) later() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	r.timer = time.AfterFunc(idle, func() {
		select {
		case <-r.turn:
			r.letGo(context.Background()) //nolint:forbidigo // as Close
			r.turn <- struct{}{}
		default:
		}
	})
}

// start compiles PDFium. It gets no folder of ours: an FSConfig without mounts.
func (r *Renderer) start(ctx context.Context) error {
	if r.pool != nil {
		return nil
	}
	// Detached: what is compiled serves the requests after this one too.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ctx = experimental.WithMemoryAllocator(ctx, r.mem)
	if r.cache == nil {
		r.cache = wazero.NewCompilationCache()
	}
	pool, err := webassembly.Init(webassembly.Config{
		Context:  ctx,
		MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(),
		Stdout:   io.Discard,
		Stderr:   io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCompilationCache(r.cache).
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(memoryPages).
			WithCloseOnContextDone(true),
	})
	if err != nil {
		stop()
		return fmt.Errorf("start pdfium: %w", err)
	}
	r.pool, r.stop = pool, stop
	return nil
}

// render draws in a memory of its own, and ends it when the time is over or the
// caller has gone.
func (r *Renderer) render(ctx context.Context, pdf []byte) (Document, error) {
	inst, err := r.pool.GetInstanceWithContext(ctx)
	if err != nil {
		return Document{}, busy(err)
	}
	limit, stop := context.WithTimeout(ctx, r.limit)
	defer stop()
	// When the time is over the call is cut short, also the one that closes the
	// file: it runs in the same memory, which the file may have damaged.
	inTime := context.AfterFunc(limit, r.stop)
	d := attempt(limit, inst, pdf) // what was drawn before is kept
	late := limit.Err() != nil
	closeFile(inst)
	if !inTime() {
		r.end()
	}
	if ctx.Err() != nil {
		return Document{}, busy(ctx.Err())
	}
	if late && (d.Total == 0 || len(d.Pages) < min(d.Total, MaxPages)) {
		d.Reason = Slow
	}
	return d, nil
}

// closeFile lets a file go; its memory goes either way.
func closeFile(inst pdfium.Pdfium) {
	defer func() { _ = recover() }()
	_ = inst.Close()
}

// attempt is pages for bytes that make the library itself stumble.
func attempt(ctx context.Context, inst pdfium.Pdfium, pdf []byte) (d Document) {
	defer func() {
		if recover() != nil {
			d.Reason = Unreadable
		}
	}()
	d.Reason = Unreadable
	pages(ctx, inst, pdf, &d)
	return d
}

func pages(ctx context.Context, inst pdfium.Pdfium, pdf []byte, d *Document) {
	opened, err := inst.OpenDocument(&requests.OpenDocument{File: &pdf})
	if errors.Is(err, pdferrors.ErrPassword) || errors.Is(err, pdferrors.ErrSecurity) {
		d.Reason = Locked
	}
	if err != nil {
		return
	}
	count, err := inst.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil || count.PageCount < 1 {
		return
	}
	d.Total = count.PageCount
	for i := range min(d.Total, MaxPages) {
		if ctx.Err() != nil {
			return
		}
		p, err := page(inst, opened.Document, i)
		if err != nil {
			return
		}
		d.Pages = append(d.Pages, p)
	}
	d.Reason = ""
}

// page draws one page into a box of our size, whatever size it says it has, with
// what was filled into its form.
func page(inst pdfium.Pdfium, doc references.FPDF_DOCUMENT, i int) (Page, error) {
	drawn, err := inst.RenderPageInPixels(&requests.RenderPageInPixels{
		Page:  requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: i}},
		Width: maxWide, Height: maxHigh,
		RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
		RenderForm:  true,
		Document:    &doc,
	})
	if err != nil {
		return Page{}, err
	}
	if drawn.CleanupFunc != nil {
		defer drawn.CleanupFunc()
	}
	src := drawn.Result.RenderedImage
	at, ok := src.(*image.RGBA)
	if !ok || at.Rect.Dx() > maxWide || at.Rect.Dy() > maxHigh {
		return Page{}, errors.New("an odd picture")
	}
	// PDFium doesn't multiply by alpha as image.RGBA does, and paper is white.
	white := image.NewRGBA(at.Rect)
	draw.Draw(white, white.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(white, white.Rect, &image.NRGBA{Pix: at.Pix, Stride: at.Stride, Rect: at.Rect}, at.Rect.Min, draw.Over)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, white, &jpeg.Options{Quality: quality}); err != nil {
		return Page{}, fmt.Errorf("encode page: %w", err)
	}
	return Page{Wide: white.Rect.Dx(), High: white.Rect.Dy(), JPEG: out.Bytes()}, nil
}
