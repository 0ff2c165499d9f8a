package kit

import (
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// TalkBody lets a message with its files in.
const TalkBody = casework.MaxFiles*casework.MaxFileBytes + 1<<20

// TakeFiles checks the files that came with a bound multipart form and keeps
// their bytes; what can't be taken is a fault on the field. files may be nil:
// then nothing is taken.
func TakeFiles(c echo.Context, files *casework.Files, field string) ([]casework.NewFile, error) {
	sent := sentFiles(c, field)
	if len(sent) == 0 {
		return nil, nil
	}
	if files == nil {
		return nil, fault.OnField(field, "talk.file.type")
	}
	if len(sent) > casework.MaxFiles {
		var wrong fault.Fields
		wrong.Add(field, "talk.file.many", "max", casework.MaxFiles)
		return nil, wrong.Err()
	}
	if err := Limit(c, accounts.RuleUpload); err != nil {
		return nil, err
	}
	list := make([]casework.NewFile, 0, len(sent))
	for _, h := range sent {
		f, err := h.Open()
		if err != nil {
			return nil, fault.New(fault.BadRequest, "err.400").Because(err)
		}
		n, err := files.Prepare(c.Request().Context(), h.Filename, f)
		_ = f.Close() // it was read
		if fault.Is(err, fault.Unsupported) || fault.Is(err, fault.TooLarge) {
			e := fault.As(err)
			var wrong fault.Fields
			wrong.Add(field, e.Key, "max", casework.MaxFileBytes>>20, "name", h.Filename)
			return nil, wrong.Err()
		}
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func sentFiles(c echo.Context, field string) []*multipart.FileHeader {
	m := c.Request().MultipartForm
	if m == nil {
		return nil
	}
	var sent []*multipart.FileHeader
	for _, h := range m.File[field] {
		if h.Size > 0 { // a field that nothing was chosen for is sent too
			sent = append(sent, h)
		}
	}
	return sent
}

// SendFile hands out one file that was checked: a picture to look at, a PDF to
// keep. Whatever the browser takes it for, it runs nothing and loads nothing.
func SendFile(c echo.Context, f casework.File, data []byte) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	how := "attachment"
	if f.Type == casework.JPEG {
		how = "inline"
	}
	if v := mime.FormatMediaType(how, map[string]string{"filename": f.Name}); v != "" { // its plain name (RFC 6266)
		how = v
	}
	h.Set("Content-Disposition", how)
	return c.Blob(http.StatusOK, f.Type, data)
}

// FilePath is the address of a file of a dialogue.
func FilePath(id uuid.UUID) string { return "/files/" + id.String() }
