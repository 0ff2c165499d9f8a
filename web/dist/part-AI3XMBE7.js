import{a,b,c,d}from"./part-WAK6JIGV.js";import"./part-564FBMTR.js";import"./part-XZD24N5B.js";export{a as clamp,d as cover,b as keyed,c as spanned};
