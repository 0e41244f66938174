using System.Buffers.Binary;
using RetinaSharp.Kernels.Native;

namespace RetinaSharp.Kernels.Tests.Native;

public sealed class OldLibstdcxxTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void Weaken_RealLibrary_SetsOneFlag()
    {
        var before = ReadLibrary();
        var after = OldLibstdcxx.Weaken([.. before], Version);
        Assert.Equal(before.Length, after.Length);
        var changed = Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        // VER_FLG_WEAK.
        Assert.Equal(before[changed] | 2, after[changed]);
        // vna_flags follows vna_hash, the ELF hash of the name.
        Assert.Equal(ElfHash(Version), BinaryPrimitives.ReadUInt32LittleEndian(after.AsSpan(changed - 4)));
    }

    [Fact]
    public void Weaken_Twice_IsIdempotent()
    {
        var once = OldLibstdcxx.Weaken(ReadLibrary(), Version);
        Assert.Equal(once, OldLibstdcxx.Weaken([.. once], Version));
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.9999")]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("")]
    public void Weaken_VersionNotRequired_Throws(string version)
    {
        var elf = ReadLibrary();
        var before = elf.ToArray();
        Assert.Throws<InvalidDataException>(() => OldLibstdcxx.Weaken(elf, version));
        Assert.Equal(before, elf);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7f")]
    [InlineData("7f454c46")]
    [InlineData("7f454c4602")]
    [InlineData("7f454c460201")]
    [InlineData("7f454c460101000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("7f454c460202000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("4d5a90000300000004000000ffff0000b800000000000000400000000000000000000000")]
    public void Weaken_NotAnElfLibrary_Throws(string hex) => AssertThrowsOrSucceeds(Convert.FromHexString(hex), mustThrow: true);

    [Fact]
    public void Weaken_Truncated_Throws()
    {
        var (elf, _) = Small();
        // Nothing after sh_link of the last section header is read.
        for (var length = 0; length < elf.Length; length++)
            AssertThrowsOrSucceeds(elf[..length], mustThrow: length < elf.Length - 64 + 0x2c);
    }

    [Fact]
    public void Weaken_TruncatedLibrary_Throws()
    {
        var library = ReadLibrary();
        for (var i = 0; i < 50; i++)
            AssertThrowsOrSucceeds(library[..(int)((long)library.Length * i / 50)], mustThrow: true);
    }

    [Fact]
    public void Weaken_SmallLibrary_SetsFlag()
    {
        var (elf, flags) = Small();
        var after = OldLibstdcxx.Weaken([.. elf], Version);
        Assert.Equal(flags, Assert.Single(Enumerable.Range(0, elf.Length), i => elf[i] != after[i]));
    }

    [Fact]
    public void Weaken_CorruptedAnywhere_ThrowsOrSucceeds()
    {
        var (elf, _) = Small();
        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            var corrupt = elf.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                corrupt[random.Next(corrupt.Length)] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
            AssertThrowsOrSucceeds(corrupt);
        }
    }

    [Fact]
    public void Weaken_EachOffsetReplaced_ThrowsOrSucceeds()
    {
        var (elf, _) = Small();
        for (var at = 4; at <= elf.Length - 4; at++)
        {
            foreach (var value in (int[])[0, 1, -1, 16, -16, -32, 0x7fffffff, int.MinValue, elf.Length, elf.Length - 1])
            {
                var corrupt = elf.ToArray();
                BinaryPrimitives.WriteInt32LittleEndian(corrupt.AsSpan(at), value);
                AssertThrowsOrSucceeds(corrupt);
            }
        }
    }

    [Fact]
    public void Weaken_CorruptedLibrary_ThrowsOrSucceeds()
    {
        var library = ReadLibrary();
        var sections = (int)BinaryPrimitives.ReadInt64LittleEndian(library.AsSpan(0x28));
        var random = new Random(2);
        for (var i = 0; i < 300; i++)
        {
            // Restored below: copying the library would take longer than the rest of the test.
            var offsets = Enumerable.Range(0, 3).Select(_ => random.Next(3) switch
            {
                0 => random.Next(64),
                1 => random.Next(sections, library.Length),
                _ => random.Next(library.Length),
            }).Distinct().ToArray();
            var before = Array.ConvertAll(offsets, offset => library[offset]);
            foreach (var offset in offsets)
                library[offset] = (byte)random.Next(256);
            AssertThrowsOrSucceeds(library);
            for (var j = 0; j < offsets.Length; j++)
                library[offsets[j]] = before[j];
        }
    }

    [Fact]
    public void Weaken_RandomBytesWithAnElfHeader_Throws()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(64, 4096)];
            random.NextBytes(bytes);
            ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(bytes, 0);
            if (i % 2 == 0)
            {
                // A section table within the file, so that the rest is read too.
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x28), random.Next(bytes.Length));
                BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(0x3a), 64);
            }

            AssertThrowsOrSucceeds(bytes, mustThrow: true);
        }
    }

    [Fact]
    public void Weaken_CyclicRequirements_Throws()
    {
        var (elf, flags) = Small("GLIBCXX_3.4.1");
        // vn_next of the only Elf64_Verneed, 16 bytes before its entry: back to the start of the file.
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(flags - 4 - 16 + 12), -8);
        AssertThrowsOrSucceeds(elf, mustThrow: true);
    }

    [Fact]
    public void IsReason_MessageOfDynamicLoader_IsRecognized()
    {
        Assert.True(OldLibstdcxx.IsReason(new DllNotFoundException("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libLibTorchSharp.so)")));
        Assert.False(OldLibstdcxx.IsReason(new DllNotFoundException("/lib/libstdc++.so.6: version `GLIBCXX_3.4.33' not found (required by libLibTorchSharp.so)")));
        Assert.False(OldLibstdcxx.IsReason(new DllNotFoundException("libtorch.so: cannot open shared object file")));
    }

    /// <summary>TorchSharp's native library; only Linux has one that requires a version of libstdc++.</summary>
    private static byte[] ReadLibrary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        return File.ReadAllBytes(Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First());
    }

    private static void AssertThrowsOrSucceeds(byte[] elf, bool mustThrow = false)
    {
        var error = Record.Exception(() => OldLibstdcxx.Weaken(elf, Version));
        Assert.True(error is InvalidDataException || (error is null && !mustThrow), $"{error?.ToString() ?? "no exception"}");
    }

    /// <summary>
    /// Builds a library that requires one version: ELF header, names, .gnu.version_r, section headers. Flags is the offset of its flags.
    /// </summary>
    private static (byte[] Elf, int Flags) Small(string version = Version)
    {
        const int Names = 64, Needs = 96, Sections = 128, SectionSize = 64;
        var elf = new byte[Sections + (2 * SectionSize)];
        ((byte[])[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(elf, 0);
        Int64(0x28, Sections);
        Int16(0x3a, SectionSize);
        Int16(0x3c, 2);
        System.Text.Encoding.ASCII.GetBytes(version).CopyTo(elf, Names + 1);
        // Elf64_Verneed: one entry, 16 bytes further, no next one. Elf64_Vernaux: its name is at offset 1.
        Int16(Needs, 1);
        Int16(Needs + 2, 1);
        Int32(Needs + 8, 16);
        Int32(Needs + 16, (int)ElfHash(version));
        Int32(Needs + 24, 1);
        // SHT_STRTAB; SHT_GNU_verneed, whose names are in section 0.
        Int32(Sections + 4, 3);
        Int64(Sections + 0x18, Names);
        Int32(Sections + SectionSize + 4, 0x6ffffffe);
        Int64(Sections + SectionSize + 0x18, Needs);
        return (elf, Needs + 20);

        void Int16(int at, short value) => BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(at), value);
        void Int32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), value);
        void Int64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
    }

    private static uint ElfHash(string name)
    {
        var hash = 0u;
        foreach (var c in name)
        {
            hash = (hash << 4) + c;
            var high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
