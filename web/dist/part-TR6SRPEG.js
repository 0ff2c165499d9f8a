import{a,b,c,d}from"./part-T2BJKTLU.js";import"./part-564FBMTR.js";import"./part-Q5SZCVLF.js";export{a as clamp,d as cover,b as keyed,c as spanned};
