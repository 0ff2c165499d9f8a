package pictures

// lamp: a street at night, with one lamp that is dark.
func lamp(c *canvas, solved bool) {
	c.rect(hex("#26324a"), -60, -60, 760, 500)
	for range 26 {
		c.circle(hex("#cfd8ea", 0.5), c.between(-20, 660), c.between(-20, 120), c.between(0.5, 1.2))
	}
	for x := -60.0; x < 700; {
		w, h := c.between(90, 170), c.between(110, 220)
		c.rect(shade(hex("#1e2740"), c.between(-0.1, 0.12)), x, 330-h, w, h)
		for wx := x + 16; wx < x+w-26; wx += 36 {
			for wy := 330 - h + 18; wy < 296; wy += 44 {
				if c.chance(0.28) {
					c.rect(hex("#e9c46a", 0.85), wx, wy, 18, 26)
				} else {
					c.rect(hex("#2a3552"), wx, wy, 18, 26)
				}
			}
		}
		x += w + c.between(0, 14)
	}
	c.rect(hex("#2f3a52"), -60, 330, 760, 30)
	c.rect(hex("#3a4560"), -60, 358, 760, 8)
	c.rect(hex("#1b2233"), -60, 366, 760, 200)
	light := func(x, y float64) {
		c.poly(hex("#ffe8a3", 0.14), x-12, y, x+12, y, x+120, 420, x-120, 420)
		c.poly(hex("#ffe8a3", 0.16), x-8, y, x+8, y, x+70, 420, x-70, 420)
		c.ellipse(hex("#ffe8a3", 0.3), x, 416, 112, 18)
	}
	post := func(x, top float64) {
		c.rect(hex("#8d99ae"), x-4, top, 8, 430-top)
		c.line(hex("#8d99ae"), 8, curve(x, top+26, x+2, top+6, x+18, top-8, x+60, top-10))
		c.round(hex("#2b3346"), x-14, 418, 28, 14, 3)
	}
	far := c.between(540, 580)
	light(far+46, 168)
	post(far, 170)
	c.ellipse(hex("#fff3c8"), far+62, 166, 20, 7)
	x := c.between(230, 330)
	if solved {
		light(x+62, 100)
	}
	post(x, 96)
	head := hex("#6b778d")
	c.poly(head, x+36, 82, x+96, 78, x+108, 94, x+30, 96)
	if solved {
		c.ellipse(hex("#fff3c8"), x+69, 98, 32, 8)
	} else {
		c.ellipse(hex("#39435a"), x+69, 97, 32, 8)
		c.line(hex("#9aa6bb"), 1.4, curve(x+52, 95, x+62, 99, x+70, 96, x+82, 100))
	}
	c.at(118, 412, 0.8, 0, func() { c.car(0, 0, 1, hex("#323d57"), false) })
}

// signal: a traffic signal at a crossing.
func signal(c *canvas, solved bool) {
	c.street()
	for i := range 6 {
		x := -20 + float64(i)*130
		c.poly(hex("#dedcd5"), x, 424, x+66, 424, x+52, 500, x-22, 500)
	}
	x := c.between(230, 400)
	c.pole(x, 400, 330)
	c.at(x, 150, 1, 0, func() {
		c.round(hex("#2a2e33"), -38, -96, 76, 190, 12)
		c.round(hex("#3a3f45"), -33, -91, 66, 180, 9)
		for i, y := range []float64{-60, 0, 60} {
			on := []string{"#c0392b", "#e0a53a", "#3f9a5b"}[i]
			off := []string{"#4a2a27", "#4b3d22", "#22402d"}[i]
			col := hex(off)
			if solved && i == 2 {
				c.circle(hex("#7fdc9c", 0.35), 0, y, 40)
				col = hex(on)
			}
			c.circle(hex("#17191c"), 0, y, 27)
			c.circle(col, 0, y, 23)
			c.line(hex("#1f2226"), 5, arc(0, y-2, 27, 25, 190, 350))
		}
	})
	c.round(hex("#e3b23c"), x-17, 290, 34, 46, 5)
	c.circle(hex("#2a2e33"), x, 316, 9)
	c.at(x+2, 232, 1, 0, func() {
		c.round(hex("#2a2e33"), 20, -40, 44, 84, 6)
		c.circle(hex("#3a2422"), 42, -18, 15)
		if solved {
			c.circle(hex("#58b377"), 42, 20, 15)
		} else {
			c.circle(hex("#20382a"), 42, 20, 15)
		}
		c.rect(hex("#8d949b"), 4, -4, 18, 6)
	})
}

// sign: a post that somebody ran into.
func sign(c *canvas, solved bool) {
	c.street()
	x, tilt := c.between(240, 400), c.between(16, 27)
	kind := c.rnd.IntN(3)
	c.shadow(x+4, 386, 34, 7)
	face := func() {
		switch kind {
		case 0: // give way
			c.poly(hex("#c0392b"), -62, -54, 62, -54, 0, 54)
			c.poly(hex("#f5f3ee"), -40, -42, 40, -42, 0, 28)
		case 1: // no entry
			c.circle(hex("#f5f3ee"), 0, 0, 60)
			c.circle(hex("#c0392b"), 0, 0, 56)
			c.round(hex("#f5f3ee"), -38, -11, 76, 22, 3)
		default: // priority road
			c.at(0, 0, 1, 45, func() {
				c.round(hex("#f5f3ee"), -44, -44, 88, 88, 6)
				c.round(hex("#2c3036"), -40, -40, 80, 80, 4)
				c.round(hex("#f5f3ee"), -37, -37, 74, 74, 4)
				c.round(hex("#e3b23c"), -26, -26, 52, 52, 3)
			})
		}
	}
	if solved {
		c.pole(x, 386, 300)
		c.at(x, 128, 1, 0, face)
		return
	}
	c.line(hex("#7f868d"), 8, curve(x, 386, x-1, 330, x+6, 300, x+20, 262, x+26, 240))
	c.line(hex("#a9b0b6"), 2.4, curve(x-2, 386, x-3, 330, x+4, 300, x+18, 262, x+24, 240))
	c.at(x+24, 244, 1, tilt, func() {
		c.rect(hex("#8d949b"), -4, -140, 8, 144)
		c.at(0, -96, 1, c.between(-10, 10), face)
	})
	c.line(hex("#b9503f", 0.9), 2, curve(x-3, 318, x+2, 310, x+3, 300))
	for range 12 {
		c.blob(hex("#8e8b82"), x+c.between(-50, 50), c.between(372, 394), c.between(1.5, 4), c.between(1, 2.5), 0.2)
	}
}

// stop: a bus shelter.
func stop(c *canvas, solved bool) {
	c.street()
	frame := hex("#5a626b")
	c.shadow(320, 386, 220, 10)
	glass := hex("#b9cbd3", 0.62)
	c.rect(glass, 122, 176, 196, 196)
	c.rect(glass, 324, 176, 190, 196)
	if !solved {
		cx, cy := c.between(190, 250), c.between(240, 300)
		white := hex("#f3f7f8", 0.95)
		for i := range 15 {
			p := arc(cx, cy, c.between(50, 120), c.between(50, 110), float64(i)*24, float64(i)*24+1)
			q := p[0]
			q.x, q.y = min(max(q.x, 124), 316), min(max(q.y, 178), 370)
			mid := pt{(cx+q.x)/2 + c.between(-8, 8), (cy+q.y)/2 + c.between(-8, 8)}
			c.line(white, 1.5, []pt{{cx, cy}, mid, q})
		}
		for _, r := range []float64{16, 34, 56} {
			c.lineOnce(white, 1.3, arc(cx, cy, r, r*0.9, c.between(0, 90), c.between(240, 340)))
		}
		c.poly(hex("#8f9aa0", 0.5), cx-14, cy-10, cx+10, cy-16, cx+18, cy+8, cx-4, cy+18)
		c.poly(hex("#4f5a61", 0.55), cx-9, cy-6, cx+7, cy-9, cx+11, cy+5, cx-3, cy+11)
		for range 50 {
			x, y := c.between(130, 330), c.between(374, 398)
			c.at(x, y, c.between(0.5, 1.2), c.between(0, 360), func() { c.poly(hex("#dfeaee", 0.95), -4, -1, 1, -3, 4, 2, -2, 3) })
		}
	}
	for _, x := range []float64{116, 318, 512} {
		c.rect(frame, x, 160, 7, 224)
	}
	c.rect(frame, 116, 368, 400, 6)
	c.round(shade(frame, -0.2), 92, 146, 452, 20, 5)
	c.rect(shade(frame, 0.25), 92, 146, 452, 5)
	c.round(hex("#a5714a"), 350, 328, 140, 9, 3)
	c.rect(frame, 368, 336, 6, 44)
	c.rect(frame, 464, 336, 6, 44)
	c.pole(578, 392, 250)
	c.circle(hex("#3f8a5a"), 578, 156, 28)
	c.circle(hex("#e3b23c"), 578, 156, 22)
	c.rect(hex("#f2efe8"), 560, 214, 36, 52)
	for y := 222.0; y < 262; y += 8 {
		c.rect(hex("#8d949b"), 564, y, 28, 2)
	}
}
