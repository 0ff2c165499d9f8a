import{a,b,c,d}from"./part-IKTCOXBN.js";import"./part-564FBMTR.js";import"./part-CU2IOI6S.js";export{a as clamp,d as cover,b as keyed,c as spanned};
