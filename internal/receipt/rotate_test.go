package receipt

import (
	"os"
	"path/filepath"
)

// copyKey puts a second key into the folder, as an operator does.
func copyKey(dir string) error {
	other := filepath.Join(dir, "other")
	if _, err := makeKey(other); err != nil {
		return err
	}
	return os.Rename(filepath.Join(other, "0001.pem"), filepath.Join(dir, "0002.pem"))
}
