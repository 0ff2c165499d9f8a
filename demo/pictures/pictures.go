package pictures

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/jpeg"
	"math/rand/v2"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

const quality = 82

// fallback is the scene of a category that has none of its own.
const fallback = "sonstiges"

// scene draws one kind of report. solved asks for the place after the repair.
type scene struct {
	draw   func(c *canvas, solved bool)
	de, en string // alternative text of what is wrong
	fixed  [2]string
}

// Draw draws a photo as somebody in the street would take it, 1280 x 960 pixels,
// and says what it shows. A category without a scene of its own gets a quiet
// street.
func Draw(category string, seed uint64) (jpeg []byte, alt i18n.Text) {
	img, s := render(category, seed, false)
	return encode(img), i18n.Text{i18n.German: s.de, i18n.English: s.en}
}

// DrawSolved draws the same place after the repair, as a crew would show it.
func DrawSolved(category string, seed uint64) (jpeg []byte, alt i18n.Text) {
	img, s := render(category, seed, true)
	return encode(img), i18n.Text{i18n.German: s.fixed[0], i18n.English: s.fixed[1]}
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic("pictures: " + err.Error()) // a buffer in memory, and a picture of fixed size
	}
	return b.Bytes()
}

func render(category string, seed uint64, solved bool) (*image.RGBA, scene) {
	s, ok := scenes()[category]
	if !ok {
		category = fallback
		s = scenes()[category]
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(category)) // never fails
	c := newCanvas(rand.New(rand.NewPCG(seed, h.Sum64())))
	mirror, light := c.chance(0.5), c.rnd.IntN(len(lights()))
	c.camera()
	if mirror && category != "laterne" {
		c.at(planeW, 0, 1, 0, func() { c.mirrored(func() { s.draw(c, solved) }) })
	} else {
		s.draw(c, solved)
	}
	if category != "laterne" {
		c.light(lights()[light])
	}
	return c.img, s
}

// camera holds the picture a little differently each time, as a hand does.
// Scenes draw 60 units beyond each edge.
func (c *canvas) camera() {
	zoom := c.between(1, 1.12)
	dx, dy := c.between(-18, 18), c.between(-14, 14)
	turn := c.between(-1.4, 1.4)
	old := c.m
	c.at(planeW/2+dx, planeH/2+dy, zoom, turn, func() {
		old = c.m
	})
	c.m = old.then(matrix{a: 1, d: 1, e: -planeW / 2, f: -planeH / 2})
}

// lights are the weather and time of day: factors for red, green and blue.
func lights() [][3]float64 {
	return [][3]float64{
		{1, 1, 1},
		{1.02, 0.99, 0.94}, // late sun
		{0.94, 0.96, 0.99}, // clouds
		{0.97, 0.97, 0.95},
		{1.03, 1.02, 0.99}, // noon
	}
}

func (c *canvas) light(f [3]float64) {
	var table [3][256]uint8
	for ch := range table {
		for v := range 256 {
			table[ch][v] = uint8(min(float64(v)*f[ch], 255))
		}
	}
	for i := 0; i < len(c.img.Pix); i += 4 {
		for ch := range 3 {
			c.img.Pix[i+ch] = table[ch][c.img.Pix[i+ch]]
		}
	}
}
