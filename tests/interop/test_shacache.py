"""The real client of content caches, with this master as the cache."""
import hashlib
import io
import json
import os
import subprocess
import tarfile
from urllib.error import HTTPError

from slapos.grid.utils import md5digest
from slapos.libnetworkcache import NetworkcacheClient

from harness import BINARY, Master, TemporaryDirectoryTestCase
from node import Node, Releases

CONTENT = b'some content' * 100000
SHA512 = hashlib.sha512(CONTENT).hexdigest()


class Shacache(TemporaryDirectoryTestCase):
    def start(self, **options):
        directory = self.make_directory()
        options.update({
            'shacache_content_directory': os.path.join(directory, 'shacache'),
            'shacache-metadata-directory': os.path.join(directory, 'shadir'),
        })
        master = Master(directory, options=options)
        self.addCleanup(master.dispose)
        master.start()
        return master

    @staticmethod
    def networkcache(master, **more):
        return NetworkcacheClient({
            **{'%s-%s-url' % (way, kind): '%sshacache/%s' % (master.url, kind)
               for way in ('upload', 'download') for kind in ('cache', 'dir')}, **more})

    def signer(self):
        """What makes a client sign, and believe nobody else."""
        directory = self.make_directory()
        key, certificate = (os.path.join(directory, name) for name in ('key', 'certificate'))
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=me',
                        '-keyout', key, '-out', certificate], check=True, stderr=subprocess.DEVNULL)
        with open(certificate) as f:
            return {'signature-private-key-file': key, 'signature-certificate-list': f.read()}

    def test_it_uploads_and_downloads(self):
        client = self.networkcache(self.start())
        with self.assertRaises(HTTPError) as caught:
            client.download(SHA512)
        self.assertEqual(caught.exception.code, 404)
        for version in (1, 2):
            self.assertEqual(client.upload(io.BytesIO(CONTENT), 'file-urlmd5:abc', version=version), SHA512)
        self.assertEqual(client.download(SHA512).read(), CONTENT)
        entries = client.select_generic('file-urlmd5:abc', filter=False)
        self.assertEqual([json.loads(entry)['version'] for entry, _ in entries], [2, 1])

    def test_signed_entries_are_verified(self):
        master = self.start()
        client = self.networkcache(master, **self.signer())
        self.networkcache(master).upload(io.BytesIO(b'forged'), 'key', who='somebody')
        client.upload(io.BytesIO(CONTENT), 'key', who='me')
        self.assertEqual([entry['who'] for entry in client.select('key')], ['me'])

    def test_a_cache_with_another_one_upstream_and_bundles(self):
        upstream = self.start()
        self.networkcache(upstream).upload(io.BytesIO(CONTENT), 'key', who='me')
        master = self.start(shacache_upstream_cache_url=upstream.url + 'shacache/cache',
                            shacache_upstream_dir_url=upstream.url + 'shacache/dir')
        client = self.networkcache(master)
        self.assertEqual(client.select_generic('key', filter=False)[0][1], '')
        self.assertEqual(client.download(SHA512).read(), CONTENT)
        upstream.stop()
        self.assertEqual(client.download(SHA512).read(), CONTENT)

        status = subprocess.run([BINARY, 'shacache', 'status', '--database-uri', master.database, '--format', 'json'],
                                check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(json.loads(status)['content']['upstream_fetches'], 1)

        bundle = os.path.join(self.make_directory(), 'bundle.tar')
        subprocess.run([BINARY, 'shacache', 'export', '--cfg', master.configuration, bundle], check=True)
        with tarfile.open(bundle) as tar:
            self.assertEqual(tar.getnames(), ['cache/' + SHA512, 'dir/key', 'end.json'])
        offline = self.start()
        subprocess.run([BINARY, 'shacache', 'import', '--cfg', offline.configuration, bundle], check=True)
        client = self.networkcache(offline)
        self.assertEqual(client.download(SHA512).read(), CONTENT)
        self.assertEqual(len(client.select_generic('key', filter=False)), 1)

    def test_the_agent_takes_a_release_from_the_cache_that_another_one_has_built(self):
        master = self.start()
        releases = Releases(self.make_directory())
        master.client().registerSupply().supply(releases.software, 'node', 'available')

        signer = self.signer()
        signer['signature-certificate-list'] = signer['signature-certificate-list'].strip().replace('\n', '\n  ')

        def node(way):
            urls = {'%s-binary-%s-url' % (way, kind): '%sshacache/%s' % (master.url, kind)
                    for kind in ('cache', 'dir')}
            node = Node(self.make_directory(), master, 1, sections={'networkcache': {**signer, **urls}})
            self.addCleanup(node.dispose)
            return node

        def profile(node):
            with open(os.path.join(node.software_root, md5digest(releases.software), 'instance.cfg')) as f:
                return f.read()

        builder = node('upload')
        builder.format()
        builder.software()
        # What cannot be built any more comes from the cache.
        os.unlink(releases.software)
        reader = node('download')
        reader.software()
        self.assertEqual(profile(reader), profile(builder))
