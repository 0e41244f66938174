namespace RetinaSharp.Detection.Weights;

/// <summary>A read-only stream over a <see cref="FileBytes"/>. Disposing the stream leaves the file open.</summary>
/// <param name="file">The file.</param>
internal sealed class FileBytesStream(FileBytes file) : Stream
{
    /// <summary>
    /// Number of bytes that may still be read. Limits the size of the ZIP central directory, which in a malicious file could be as large as the file.
    /// </summary>
    public long Remaining { get; set; } = long.MaxValue;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="WeightsException">The read exceeds <see cref="Remaining"/>, or the file cannot be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        var length = (int)Math.Clamp(Length - Position, 0, buffer.Length);
        if (length > Remaining)
            throw new WeightsException(file.Path, "has a list of contents that is larger than any file of weights has; download or save it again");
        Remaining -= length;
        file.ReadAt(Position, buffer[..length]);
        Position += length;
        return length;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = checked(offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            _ => Length,
        });
        return Position = position >= 0 ? position : throw new IOException("the position is before the start of the file");
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
