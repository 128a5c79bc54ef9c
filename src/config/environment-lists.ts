import { z } from 'zod';

/** Texts, separated by commas. */
const list = z.string().transform((text) => text.split(',').map((part) => part.trim()));

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && origin === text;
}

export const originList = list.pipe(
  z.array(
    z.string().refine(isOrigin, 'must be origins, such as https://app.example.com, without a path'),
  ),
);
export const addressList = list.pipe(
  z.array(
    z.union(
      [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
      'must be IP addresses or CIDR ranges, separated by commas',
    ),
  ),
);
const hostPort = /^[^\s:,]+:\d{1,5}$/;
export const hostPortList = list
  .pipe(z.array(z.string().regex(hostPort, 'must be host:port[,host:port…]')).min(1))
  .transform((parts) =>
    parts.map((part) => {
      const colon = part.lastIndexOf(':');
      return { host: part.slice(0, colon), port: Number(part.slice(colon + 1)) };
    }),
  )
  .refine((nodes) => nodes.every((node) => node.port <= 65_535), 'a port is at most 65535');
