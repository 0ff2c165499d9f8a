import{a,b,c,d}from"./part-6BDCOR76.js";import"./part-564FBMTR.js";import"./part-FYSB24HN.js";export{a as clamp,d as cover,b as keyed,c as spanned};
