package pictures

// pothole: close up, or far away on a street.
func pothole(c *canvas, solved bool) {
	if c.chance(0.4) {
		potholeFar(c, solved)
		return
	}
	c.above(asphalt(), 260)
	c.kerb()
	slope := c.between(-14, 14)
	white := hex("#e4e3de")
	c.poly(white, -60, 196, 700, 196+slope, 700, 206+slope, -60, 207)
	c.poly(white, -60, 432, 700, 422+slope, 700, 438+slope, -60, 449)
	x, y, rx := c.between(250, 400), c.between(286, 336), c.between(84, 128)
	ry := rx * c.between(0.42, 0.52)
	for range 3 {
		sx, sy := c.between(40, 600), c.between(160, 470)
		c.line(hex("#4b5056"), 1.6, curve(sx, sy, sx+c.between(20, 50), sy+c.between(-12, 12), sx+c.between(60, 110), sy+c.between(-18, 18)))
	}
	if solved {
		c.poly(hex("#43474d"), x-rx*1.3, y-ry*1.4, x+rx*1.32, y-ry*1.35, x+rx*1.3, y+ry*1.4, x-rx*1.33, y+ry*1.36)
		for range 120 {
			c.circle(shade(hex("#43474d"), one(c, -0.2, 0.14)), c.between(x-rx*1.2, x+rx*1.2), c.between(y-ry*1.25, y+ry*1.25), c.between(0.7, 1.8))
		}
		return
	}
	c.blob(hex("#565b61"), x, y, rx*1.22, ry*1.24, 0.09)
	c.blob(hex("#4a4e54"), x, y, rx*1.04, ry*1.05, 0.09)
	c.blob(hex("#34373c"), x+2, y+5, rx*0.86, ry*0.8, 0.1)
	c.blob(hex("#25282c"), x+4, y+9, rx*0.7, ry*0.6, 0.1)
	if c.chance(0.6) {
		c.blob(hex("#71849a"), x+5, y+13, rx*0.48, ry*0.34, 0.12)
		c.ellipse(hex("#9fb0c2"), x-rx*0.1, y+11, rx*0.2, ry*0.09)
	}
	for range 16 {
		c.blob(shade(hex("#5a5f65"), c.between(-0.25, 0.15)), x+c.between(-1.6, 1.6)*rx, y+c.between(-1.5, 1.7)*ry, c.between(2, 7), c.between(2, 5), 0.25)
	}
}

func potholeFar(c *canvas, solved bool) {
	c.road(c.chance(0.5))
	x, y := c.between(180, 470), c.between(370, 420)
	if solved {
		c.poly(hex("#494d53"), x-62, y-20, x+58, y-22, x+72, y+24, x-74, y+25)
		return
	}
	c.blob(hex("#54585e"), x, y, 62, 23, 0.1)
	c.blob(hex("#393c41"), x, y+2, 48, 16, 0.1)
	c.blob(hex("#232529"), x+2, y+5, 34, 9, 0.1)
	for range 8 {
		c.blob(hex("#4d5157"), x+c.between(-95, 95), y+c.between(-30, 34), c.between(2, 5), c.between(1.5, 3), 0.2)
	}
}

// pavementSlab: slabs from above; one stands up, one is broken.
func pavementSlab(c *canvas, solved bool) {
	stone := c.slabs()
	c.rect(hex("#9fb08d"), -60, -60, 760, 96)
	c.rect(hex("#8f8c84"), -60, 32, 760, 10)
	if solved {
		for _, x := range []float64{224, 336} {
			c.rect(shade(stone, 0.1), x, 140, 109, 93)
		}
		c.rect(shade(stone, 0.08), 280, 236, 109, 93)
		return
	}
	x, y := 226.0, 144.0
	c.poly(hex("#3f3d39"), x-4, y+88, x+112, y+96, x+114, y+108, x-8, y+104)
	c.poly(shade(stone, 0.09), x+2, y-10, x+112, y-2, x+110, y+90, x-6, y+82)
	c.poly(shade(stone, -0.35), x-6, y+82, x+110, y+90, x+110, y+104, x-6, y+96)
	c.rect(hex("#4a463f"), 336, 140, 110, 94)
	c.blob(hex("#5c564c"), 392, 190, 50, 40, 0.08)
	c.poly(shade(stone, -0.04), 338, 142, 404, 142, 392, 176, 360, 198, 338, 194)
	c.poly(shade(stone, -0.1), 410, 144, 444, 146, 444, 204, 416, 196, 402, 172)
	c.poly(shade(stone, 0.02), 344, 206, 380, 196, 410, 206, 418, 228, 350, 230)
	if c.chance(0.6) {
		root := hex("#7a6248")
		c.line(root, 15, curve(700, 250, 560, 268, 470, 262, 380, 296, 250, 316))
		c.line(shade(root, 0.18), 5, curve(700, 246, 560, 264, 470, 258, 380, 292, 250, 313))
		c.line(root, 8, curve(500, 262, 450, 316, 420, 370))
	}
	c.litterDust(stone)
}

// litterDust is crumbs of stone on slabs.
func (c *canvas) litterDust(stone colour) {
	for range 26 {
		c.blob(shade(stone, c.between(-0.4, -0.15)), c.between(190, 480), c.between(130, 260), c.between(1.5, 4.5), c.between(1.2, 3), 0.25)
	}
}

// cyclePath: the red lane with glass and a branch.
func cyclePath(c *canvas, solved bool) {
	c.road(true)
	mark := hex("#ece9e2", 0.92)
	c.at(116, 446, 0.95, -4, func() {
		c.ring(mark, -30, 0, 20, 5)
		c.ring(mark, 30, 0, 20, 5)
		c.seg(mark, 5, -30, 0, -8, -28)
		c.seg(mark, 5, -8, -28, 20, -28)
		c.seg(mark, 5, 20, -28, 30, 0)
		c.seg(mark, 5, -8, -28, 4, 0)
		c.seg(mark, 5, 4, 0, 20, -28)
	})
	if solved {
		return
	}
	for range 60 {
		x := c.between(120, 250)
		y := 300 + (210-x)*0.5 + c.between(-18, 30)
		c.at(x, y, c.between(0.5, 1.3), c.between(0, 360), func() {
			c.poly(one(c, hex("#b7d0b4", 0.95), hex("#dfe9e4", 0.95), hex("#8fb295", 0.95)), -5, -1, 1, -4, 5, 2, -2, 3)
		})
	}
	c.bottle(212, 322, 1.5, 76, hex("#5d8a5c"))
	wood := hex("#6d5442")
	c.line(wood, 9, curve(70, 372, 130, 352, 190, 360, 262, 340))
	c.line(wood, 5, curve(150, 354, 170, 330, 188, 322))
	c.line(wood, 4, curve(206, 357, 226, 372, 248, 374))
	for _, q := range []pt{{188, 320}, {250, 374}, {262, 338}, {240, 346}, {176, 332}} {
		c.blob(hex("#7c9a62"), q.x, q.y, 12, 8, 0.25)
	}
}

// drain: the kerb from above, with a grate.
func drain(c *canvas, solved bool) {
	c.above(asphalt(), 240)
	c.kerb()
	x, y := c.between(250, 390), 152.0
	if !solved {
		c.blob(hex("#51575f"), x, 258, 292, 124, 0.06)
		c.blob(hex("#5e6f80"), x+6, 256, 262, 104, 0.06)
		c.blob(hex("#7288a0", 0.8), x-40, 262, 150, 52, 0.1)
		c.ellipse(hex("#a5b7c8", 0.7), x-90, 276, 54, 9)
		c.ellipse(hex("#a5b7c8", 0.6), x+90, 236, 40, 6)
	}
	c.round(hex("#3d4146"), x-66, y, 132, 104, 4)
	c.round(hex("#54595f"), x-60, y+5, 120, 94, 3)
	for i := range 7 {
		c.round(hex("#1d2023"), x-52+float64(i)*15.6, y+14, 8.5, 76, 3)
	}
	if solved {
		return
	}
	c.blob(hex("#5b4a32"), x, y+56, 76, 46, 0.14)
	c.leaves(x-84, y+4, 168, 104, 110, 1.25)
	c.leaves(x-220, 190, 440, 150, 40, 1.1)
}

// snow: a pavement in winter.
func snow(c *canvas, solved bool) {
	c.rect(hex("#d7dde3"), -60, -60, 760, 400)
	c.row(250, 205)
	c.rect(hex("#f3f5f7"), -60, 246, 760, 20)
	for x := -60.0; x < 700; x += 60 {
		c.blob(hex("#f7f9fa"), x, 250, 46, 14, 0.15)
	}
	ground := hex("#eef1f4")
	if solved {
		c.rect(ground, -60, 260, 760, 330)
		c.poly(hex("#b9b8b3"), 190, 262, 420, 262, 720, 540, -60, 540)
		for range 240 {
			c.circle(hex("#7e7a72"), c.between(60, 590), c.between(290, 480), c.between(0.8, 2))
		}
	} else {
		c.rect(ground, -60, 260, 760, 330)
		c.poly(hex("#e2e8ee"), 190, 262, 420, 262, 720, 540, -60, 540)
		c.blob(hex("#c6d5e2"), 320, 376, 190, 62, 0.08)
		c.blob(hex("#d6e3ed"), 300, 372, 130, 40, 0.1)
		c.line(hex("#f4f8fb"), 4, curve(200, 372, 270, 350, 350, 352))
		c.line(hex("#f4f8fb"), 3, curve(280, 402, 350, 396, 420, 374))
		for i := range 9 {
			k := float64(i)
			c.ellipse(hex("#ccd4dc"), 470+k*9+6*float64(i%2), 300+k*22, 6+k, 9+k*1.2)
		}
	}
	for x := -40.0; x < 700; x += 90 {
		c.blob(hex("#fafbfc"), x+c.between(-10, 10), 470, 80, 26, 0.12)
	}
	c.seg(hex("#8d949b"), 7, 96, 380, 96, 130)
	c.blob(hex("#fafbfc"), 96, 380, 30, 14, 0.1)
	for range 120 {
		c.circle(hex("#ffffff", 0.85), c.between(-20, 660), c.between(-20, 470), c.between(0.8, 2.4))
	}
}

// roadworks: a pit on the pavement behind barriers.
func roadworks(c *canvas, solved bool) {
	c.street()
	c.fill(hex("#6b5a48"), path{closedCurve(points([]float64{170, 326, 300, 312, 452, 320, 500, 352, 430, 384, 250, 388, 150, 366}))})
	c.fill(hex("#493c30"), path{closedCurve(points([]float64{196, 338, 310, 326, 436, 332, 470, 354, 410, 374, 262, 378, 186, 362}))})
	c.line(hex("#b86b3c"), 10, curve(206, 356, 300, 350, 380, 358, 462, 350))
	for range 30 {
		c.blob(shade(hex("#7d6a55"), c.between(-0.2, 0.2)), c.between(486, 590), c.between(330, 378), c.between(5, 13), c.between(4, 9), 0.25)
	}
	c.barrier(120, 326, 200)
	if solved {
		c.barrier(330, 326, 190)
		c.barrier(96, 408, 210)
		c.barrier(318, 408, 220)
	} else {
		c.at(452, 420, 1, 0, func() {
			c.shadow(0, 0, 110, 12)
			c.at(0, -8, 1, -5, func() { c.barrier(-100, 40, 200) })
		})
		c.at(250, 424, 1, 88, func() { c.barrier(-30, 30, 110) })
	}
	c.cone(80, 418, 1.1)
	c.cone(574, 404, 1)
}
