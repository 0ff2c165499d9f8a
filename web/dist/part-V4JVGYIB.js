import{a,b,c,d}from"./part-Z33YLBGI.js";import"./part-CU2IOI6S.js";export{c as attach,d as locate,b as note,a as sure};
