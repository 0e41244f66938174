using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace RetinaSharp.Kernels.Native;

/// <summary>
/// Loads TorchSharp's library on systems whose libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04, RHEL 9). The library requires
/// symbol version GLIBCXX_3.4.32 only for <c>std::ios_base_library_init</c>, to which no relocation refers, so nothing calls it. A copy in
/// which this requirement is weak (VER_FLG_WEAK in .gnu.version_r) loads. The file of the package is not modified.
/// </summary>
internal static class OldLibstdcxx
{
    private const string Version = "GLIBCXX_3.4.32";

    /// <summary>Returns whether a library failed to load because libstdc++ is too old.</summary>
    public static bool IsReason(DllNotFoundException error) => error.Message.Contains($"version `{Version}' not found", StringComparison.Ordinal);

    /// <summary>
    /// Loads a patched copy of a library from the user's cache folder, or from a temporary folder if the cache folder cannot be written.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not an ELF library that requires the version.</exception>
    /// <exception cref="DllNotFoundException">The copy cannot be loaded either.</exception>
    public static nint Load(string file)
    {
        // The copy's $ORIGIN is another folder: its dependencies are loaded from the original folder first and then found by name.
        foreach (var needed in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            if (Path.Combine(Path.GetDirectoryName(file)!, needed) is var path && File.Exists(path))
                NativeLibrary.Load(path);
        var patched = Weaken(File.ReadAllBytes(file), Version);
        try
        {
            return NativeLibrary.Load(Cached(patched));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var folder = Directory.CreateTempSubdirectory("retinasharp-");
            try
            {
                var copy = Path.Combine(folder.FullName, Path.GetFileName(file));
                File.WriteAllBytes(copy, patched);
                return NativeLibrary.Load(copy);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    /// <summary>Marks a library's requirement of a symbol version as weak, so that the library loads without that version.</summary>
    /// <param name="elf">A 64-bit little-endian ELF library; modified in place.</param>
    /// <param name="version">The symbol version, such as GLIBCXX_3.4.32.</param>
    /// <exception cref="InvalidDataException">The bytes are not such a library, or it does not require the version.</exception>
    internal static byte[] Weaken(byte[] elf, string version)
    {
        const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
        const byte Weak = 2; // VER_FLG_WEAK
        const int SectionHeader = 64, Need = 16; // sizeof Elf64_Shdr, and Elf64_Verneed as Elf64_Vernaux
        try
        {
            if (!elf.AsSpan().StartsWith("\x7f"u8) || !elf.AsSpan(1).StartsWith("ELF"u8) || elf[4] != 2 || elf[5] != 1)
                throw new InvalidDataException("The file is not a 64-bit little-endian ELF library.");
            var (sections, size, count) = (Int64(0x28), Int16(0x3a), Int16(0x3c));
            if (size < SectionHeader)
                throw new InvalidDataException("The ELF library is corrupt.");
            var isFound = false;
            for (var i = 0; i < count; i++)
            {
                var section = sections + (i * size);
                if ((uint)Int32(section + 4) != VersionNeeds)
                    continue;
                var names = Int64(sections + (Int32(section + 0x28) * size) + 0x18);
                for (var need = Int64(section + 0x18); ; need = Next(need))
                {
                    for (int j = 0, entry = need + Int32(need + 8); j < Int16(need + 2); j++, entry = Next(entry))
                    {
                        if (!IsName(names + Int32(entry + 8)))
                            continue;
                        elf[entry + 4] |= Weak;
                        isFound = true;
                    }

                    if (Int32(need + 12) == 0)
                        break;
                }
            }

            return isFound ? elf : throw new InvalidDataException($"The library does not require {version}.");
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF library is corrupt.", error);
        }

        int Int16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(offset));
        int Int32(int offset) => BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(offset));
        int Int64(int offset) => checked((int)BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(offset)));
        // In a corrupt file the offsets could form a cycle.
        int Next(int offset) => Int32(offset + 12) is var distance && distance is 0 or >= Need ? offset + distance : throw new InvalidDataException("The ELF library is corrupt.");
        bool IsName(int offset) => elf.AsSpan(offset).StartsWith(Encoding.ASCII.GetBytes(version + "\0"));
    }

    /// <summary>
    /// Returns the path of a patched library in the cache folder. Writes the file, atomically, if it does not exist there.
    /// </summary>
    private static string Cached(byte[] library)
    {
        var folder = Path.Combine(CacheFolder(), "retinasharp", Convert.ToHexStringLower(SHA256.HashData(library))[..16]);
        var file = Path.Combine(folder, "libLibTorchSharp.so");
        if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(library))
            return file;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(temporary, library);
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return file;
    }

    // XDG Base Directory Specification: relative paths are to be ignored.
    private static string CacheFolder() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache)
        ? cache
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".cache") : throw new IOException("There is no home folder.");
}
