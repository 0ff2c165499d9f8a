package complaintpages

import "mime/multipart"

// emptyFile: a field that nothing was chosen for is sent too.
func emptyFile(h *multipart.FileHeader) bool { return h.Size == 0 }
