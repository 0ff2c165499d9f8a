package pictures

import "image/color"

// Colours that many scenes share.
func asphalt() color.NRGBA { return hex("#63686f") }

func facades() []color.NRGBA {
	return []color.NRGBA{
		hex("#d9c7a3"), hex("#c9b79c"), hex("#d6b9a5"), hex("#b9c0ae"), hex("#cfcabd"), hex("#e0d3b4"), hex("#b8a48f"), hex("#c4c9cc"),
	}
}

func (c *canvas) sky() color.NRGBA {
	return one(c, hex("#cfd8df"), hex("#d8e2e8"), hex("#c9d6e2"), hex("#dbdfe0"))
}

// house is a front seen straight on, standing at y.
func (c *canvas) house(x, y, w, h float64, wall color.NRGBA) {
	c.rect(wall, x, y-h, w, h)
	c.rect(shade(wall, -0.18), x, y-h, w, 5)
	roof := one(c, hex("#9a5f4a"), hex("#8c5a48"), hex("#7d6f68"))
	c.poly(roof, x-2, y-h, x+14, y-h-34, x+w-14, y-h-34, x+w+2, y-h)
	c.rect(shade(wall, -0.1), x, y-26, w, 26)
	glass := hex("#5f6d7a")
	floors, cols := int(h/62), max(2, int(w/46))
	gap := w / float64(cols)
	for f := range floors {
		fy := y - h + 18 + float64(f)*(h-30)/float64(floors)
		for k := range cols {
			wx := x + gap*(float64(k)+0.5) - 11
			ground := f == floors-1
			if ground && k == cols/2 {
				c.rect(shade(wall, -0.45), wx-1, y-50, 26, 50)
				c.rect(shade(wall, -0.3), wx+3, y-46, 18, 20)
				continue
			}
			c.rect(shade(wall, 0.45), wx-2, fy-2, 26, 38)
			c.rect(shade(glass, c.between(-0.15, 0.2)), wx, fy, 22, 34)
			c.rect(shade(wall, 0.45), wx+10, fy, 2, 34)
			c.rect(shade(wall, 0.45), wx, fy+13, 22, 2)
			c.rect(shade(wall, -0.22), wx-4, fy+36, 30, 4)
		}
	}
}

// row is houses from edge to edge, standing at y.
func (c *canvas) row(y, h float64) {
	for x := -60.0; x < planeW+60; {
		w := c.between(110, 190)
		c.house(x, y, w, h*c.between(0.85, 1.1), one(c, facades()...))
		x += w
	}
}

// street looks across a pavement at the houses; the kerb is at the front.
func (c *canvas) street() {
	c.rect(c.sky(), -60, -60, 760, 400)
	c.row(278, 225)
	c.pavement(278, 120)
	c.rect(hex("#a8a498"), -60, 398, 760, 9)
	c.rect(hex("#8e8b82"), -60, 405, 760, 3)
	c.rect(asphalt(), -60, 408, 760, 150)
	c.specks(asphalt(), 408, 520, 120)
}

// pavement is slabs seen at an angle, from y downwards.
func (c *canvas) pavement(y, h float64) {
	stone := one(c, hex("#c8c3b8"), hex("#cbc7bf"), hex("#c3bfb4"))
	c.rect(stone, -60, y, 760, h)
	joint := shade(stone, -0.1)
	c.rect(shade(stone, -0.2), -60, y, 760, 3)
	for _, k := range []float64{0.16, 0.36, 0.62, 0.92} {
		c.rect(joint, -60, y+h*k, 760, 1.2+k)
	}
	for i := -14.0; i <= 14; i++ {
		c.poly(joint, planeW/2+i*46, y, planeW/2+i*46+1.5, y, planeW/2+i*66+2.5, y+h, planeW/2+i*66, y+h)
	}
}

// specks are the stones in asphalt, from y to y2.
func (c *canvas) specks(base color.NRGBA, y, y2 float64, n int) {
	for range n {
		col := shade(base, one(c, -0.14, 0.1))
		c.circle(col, c.between(-50, 690), c.between(y+4, y2), c.between(0.6, 2.1))
	}
}

// road looks along a street to the point where it ends, at 320, 190.
func (c *canvas) road(bikeLane bool) {
	c.rect(c.sky(), -60, -60, 760, 400)
	left, right := one(c, facades()...), one(c, facades()...)
	c.poly(shade(left, -0.12), -60, -60, 196, -60, 258, 190, 258, 196, -60, 330)
	c.poly(shade(right, -0.2), 700, -60, 440, -60, 382, 190, 382, 196, 700, 330)
	pane := hex("#6f6a66")
	for i := range 4 {
		for j := range 3 {
			k := 1 - float64(i)*0.19
			x, w, h := float64(i)*56-38, 28*k, 38*k
			y := 12 + float64(j)*62*k + float64(i)*9
			c.poly(shade(pane, 0.1), x, y, x+w, y+4*k, x+w, y+4*k+h, x, y+h)
			x = planeW - x
			c.poly(pane, x, y, x-w, y+4*k, x-w, y+4*k+h, x, y+h)
		}
	}
	c.poly(hex("#bdb8ae"), -60, 328, 258, 192, 262, 194, 120, 560, -60, 560)
	c.poly(hex("#c9c5bc"), 382, 194, 700, 330, 700, 540, 384, 196)
	c.poly(asphalt(), 256, 193, 386, 193, 740, 540, -100, 540)
	if bikeLane {
		c.poly(hex("#a34d43"), 256, 193, 284, 193, 92, 540, -100, 540)
		c.poly(hex("#e9e8e2"), 284, 193, 289, 193, 122, 540, 92, 540)
	}
	dash := hex("#e8e8e4")
	c.poly(dash, 319, 204, 323, 204, 327, 262, 315, 262)
	c.poly(dash, 313, 300, 331, 300, 337, 384, 305, 384)
	c.poly(dash, 303, 430, 341, 430, 347, 540, 295, 540)
	c.poly(shade(asphalt(), -0.25), 382, 194, 385, 194, 704, 540, 690, 540)
	c.tree(470, 236, 0.8)
	c.tree(548, 268, 1.1)
}

// park is a lawn with trees and a path that leads away.
func (c *canvas) park(withPath bool) {
	c.rect(c.sky(), -60, -60, 760, 400)
	far := hex("#8ba872")
	c.rect(far, -60, 186, 760, 40)
	for x := -50.0; x < 700; x += c.between(48, 80) {
		c.blob(shade(far, c.between(-0.12, 0.08)), x, c.between(176, 200), c.between(46, 70), c.between(40, 74), 0.12)
	}
	lawn := one(c, hex("#a3b983"), hex("#9db47e"), hex("#abbd8a"))
	c.rect(lawn, -60, 220, 760, 330)
	for range 90 {
		x, y := c.between(-50, 690), c.between(232, 500)
		c.seg(shade(lawn, one(c, -0.14, -0.08, 0.12)), 1.4, x, y, x+c.between(-3, 3), y-c.between(4, 9))
	}
	if withPath {
		path := hex("#d8cfb9")
		c.fill(path, [][]pt{append(curve(400, 220, 380, 270, 300, 340, 190, 420, 60, 560), curve(560, 560, 540, 440, 500, 350, 450, 280, 428, 220)...)})
		for range 60 {
			c.circle(shade(path, one(c, -0.1, 0.2)), c.between(230, 500), c.between(350, 480), c.between(0.7, 1.8))
		}
	}
	c.tree(88, 262, 1.5)
	c.tree(566, 250, 1.35)
}

// tree stands at x, y.
func (c *canvas) tree(x, y, size float64) {
	leaf := one(c, hex("#7f9a6a"), hex("#88a873"), hex("#7d9c66"), hex("#8fa56c"))
	c.at(x, y, size, 0, func() {
		c.poly(hex("#6d5a48"), -6, 0, -4, -62, 4, -62, 7, 0)
		c.blob(shade(leaf, -0.1), 3, -86, 44, 42, 0.08)
		c.blob(leaf, -8, -94, 38, 36, 0.1)
		c.blob(shade(leaf, 0.12), -14, -104, 20, 17, 0.12)
	})
}

// above looks down at the ground; the strip at the top is what lies behind.
func (c *canvas) above(ground color.NRGBA, n int) {
	c.rect(ground, -60, -60, 760, 640)
	c.specks(ground, -50, 520, n)
}

// kerb is the strip of lawn, pavement and kerbstones at the top of above.
func (c *canvas) kerb() {
	c.rect(hex("#9fb08d"), -60, -60, 760, 130)
	c.rect(hex("#d5d2cb"), -60, 62, 760, 66)
	for x := -60.0; x < 700; x += 74 {
		c.rect(hex("#c0bcb3"), x, 62, 1.6, 66)
	}
	c.rect(hex("#b4b1a8"), -60, 120, 760, 14)
	c.rect(hex("#8f8c84"), -60, 132, 760, 8)
	for x := -40.0; x < 700; x += 96 {
		c.rect(hex("#8f8c84"), x, 120, 2, 20)
	}
}

// slabs covers the ground with paving in courses.
func (c *canvas) slabs() color.NRGBA {
	stone := one(c, hex("#bdb9b0"), hex("#b7b4ad"), hex("#c2bcb0"))
	c.rect(shade(stone, -0.28), -60, -60, 760, 640)
	for row := range 6 {
		y := -52 + float64(row)*96
		for x := -120 - float64(row%2)*56; x < 700; x += 112 {
			c.rect(shade(stone, c.between(-0.05, 0.05)), x, y, 109, 93)
		}
	}
	c.specks(stone, -50, 520, 160)
	return stone
}

// shadow lies under something that stands or lies at x, y.
func (c *canvas) shadow(x, y, rx, ry float64) { c.ellipse(hex("#20242a", 0.22), x, y, rx, ry) }
