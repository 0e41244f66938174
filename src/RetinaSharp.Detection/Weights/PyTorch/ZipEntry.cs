namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>A stored entry of a ZIP archive, checked to lie within the file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Start">Where its bytes start in the file.</param>
/// <param name="Length">Their number.</param>
/// <param name="Crc">Their checksum.</param>
internal sealed record ZipEntry(string Name, long Start, long Length, uint Crc)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Holds the bytes against their checksum.</summary>
    /// <exception cref="WeightsException">They differ.</exception>
    public void Verify(FileBytes file)
    {
        var buffer = new byte[Math.Min(ChunkBytes, Length)];
        var crc = 0u;
        for (var done = 0L; done < Length; done += buffer.Length)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - done));
            file.ReadAt(Start + done, chunk);
            crc = Crc32.Append(crc, chunk);
        }

        if (crc != Crc)
            throw new WeightsException(file.Path, $"'{SafetensorsHeaderParser.Show(Name)}' in it does not match its checksum (CRC-32); the file is damaged, get it again");
    }
}
