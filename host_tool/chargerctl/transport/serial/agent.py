# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
r"""What the laptop defines in the board's REPL, as text for the board. It lives until the board is reset.

First PRINTER, in one statement; then HOLD, which drives relay and lock to their safe levels with the hold.py that is on the
board (code.txt while a deploy is under way); then the helper, in pieces. Every request may be repeated: a piece of a file
has its place in it. Numbers are text; arguments end with \0.

    i  what the board is and can             f  cluster size, block size, free blocks
    l  PATH, INDEX: entries of a folder      r  PATH, PLACE, COUNT: bytes of a file
    o  PATH, bytes: a file to write, begun   w  number (2 bytes) of a piece of the rest, and its bytes
    z  the same of compressed bytes          d  PLACE: write what they are
    c  close it, and read it back: as h      h  PATH...: size and SHA-256 of each
    n  PATH, NEW PATH    u  PATH (a file)    m, q  PATH (a folder to make, to remove)
    s  sync              g  outputs safe
    k  NAME, PIN, LEVEL: an output to drive safe, too, unless it is driven already
"""

from __future__ import annotations

from chargerctl.transport.serial.frames import PIECE

PRINTER = r"""
import binascii as b
def p(n,r):
 n="%02x"%n
 print("\x02%s%04x%08x%s\x03"%(n,len(r),b.crc32((n+r).encode()),r))
"""

# `o` is looked at first: a statement may be repeated, and a pin is claimed once.
HOLD = r"""
try:o
except NameError:
 try:
  import hold as H
  o=H.safe_outputs()
 except Exception:
  H={"__name__":"hold"}
  exec(open("/code.txt").read(),H)
  o=H["safe_outputs"]()
"""

# Where the board has neither: the laptop's hold.py, which is sent in pieces.
HOLD_OF_LAPTOP = r"""
try:o
except NameError:
 H={"__name__":"hold"}
 exec(y,H)
 o=H["safe_outputs"]()
"""

HELPER = r"""
import os,hashlib,storage,microcontroller
try:import zlib as Z
except ImportError:Z=None
F=L=None
G=0
K=bytearray()
def q(a):return ("/"+a.decode()).rstrip("/") or "/"
def t(a):return a.split(b"\0")
def i(a):
 y=1 if storage.getmount("/").readonly else 0
 c=microcontroller.cpu.uid
 r=[b.hexlify(c).decode().upper(),str(y),"1" if Z else "0"]
 return "\0".join(r+[x[0] for x in o])
def f(a):
 s=os.statvfs("/")
 return "%d %d %d"%(s[1] or s[0],s[0],s[3])
def l(a):
 d,j=t(a)
 j=int(j)
 d=q(d)
 r=[]
 m=os.listdir(d)
 while j<len(m) and sum([len(x) for x in r])<360:
  s=os.stat((d if d!="/" else "")+"/"+m[j])
  r.append("%d %s"%(-1 if s[0]&0x4000 else s[6],m[j]))
  j+=1
 return ("%d\0"%(j if j<len(m) else 0))+"\0".join(r)
def r(a):
 n,j,c=t(a)
 with open(q(n),"rb") as e:
  e.seek(int(j))
  return e.read(int(c))
def O(a):
 global F,G,K,L
 if F:F.close()
 F=L=None
 K=bytearray()
 a,e=a.split(b"\0",1)
 F=open(q(a),"wb")
 F.write(e)
 G=len(e)
 L=a
def j(a):
 if not F:raise OSError(9)
 return int.from_bytes(a[:2],"big")*PIECE
def w(a):
 e=j(a)
 F.seek(G+e)
 F.write(a[2:])
def z(a):
 global K
 e=j(a)
 if e>len(K):raise OSError(9)
 K=K[:e]+a[2:]
def d(a):
 if not F:raise OSError(9)
 F.seek(int(a))
 F.write(Z.decompress(K))
def c(a):
 global F
 if F:
  F.close()
  F=None
 if not L:raise OSError(9)
 return h(L)
def h(a):
 r=b""
 for n in t(a):
  e=hashlib.new("sha256")
  s=0
  with open(q(n),"rb") as v:
   while 1:
    x=v.read(1024)
    if not x:break
    e.update(x)
    s+=len(x)
  r+=s.to_bytes(4,"big")+e.digest()
 return r
def n(a):
 x,y=t(a)
 try:os.stat(q(y))
 except OSError:os.rename(q(x),q(y))
 else:raise OSError(17)
def u(a):
 if os.stat(q(a))[0]&0x4000:raise OSError(21)
 os.remove(q(a))
def m(a):os.mkdir(q(a))
def Q(a):os.rmdir(q(a))
def s(a):
 if hasattr(os,"sync"):os.sync()
def g(a):
 for x in o:x[2].value=x[3]
def k(a):
 e,n,v=[x.decode() for x in t(a)]
 if e in [x[0] for x in o]:return
 import board,digitalio
 try:
  n=digitalio.DigitalInOut(getattr(board,n))
  n.switch_to_output(value=v=="1")
 except (AttributeError,TypeError,ValueError):return "n"
 o.append([e,None,n,v=="1"])
 return "d"
V={"i":i,"f":f,"l":l,"r":r,"o":O,"w":w,"z":z,"d":d,"c":c,"h":h,"n":n,"u":u,"m":m,"q":Q,"s":s,"g":g,"k":k}
def x(a):
 j=0
 try:
  a=b.a2b_base64(a)
  j=a[4]
  if b.crc32(a[4:])!=int.from_bytes(a[:4],"big"):v="~"
  else:
   v=V[chr(a[5])](a[6:]) or b""
   v="="+b.b2a_base64(v.encode() if isinstance(v,str) else v).decode().rstrip()
 except OSError as e:v="!%s"%e.errno
 except ValueError:v="~"
 except Exception as e:v="?"+type(e).__name__
 p(j,v)
""".replace("PIECE", str(PIECE))
