using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;

namespace RetinaSharp.Cli.Watching;

/// <summary>Reads frames of a video from a stream of binary PPM images (P6, 8 bits), as FFmpeg writes them with <c>-f image2pipe -c:v ppm</c>.</summary>
/// <param name="stream">The stream; not disposed.</param>
internal sealed class PpmFrames(Stream stream)
{
    private const string Name = "stdin";
    private const int MaxSide = 16_384;

    private int _frames;

    /// <summary>Returns the frames until the end of the stream.</summary>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="DatasetException">The stream is not a sequence of PPM images, or ends within one.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async IAsyncEnumerable<Image> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new(leaveOpen: true));
        while (await TokenAsync(reader, cancellationToken).ConfigureAwait(false) is { } magic)
        {
            if (magic != "P6")
                throw Error($"starts with '{magic}' instead of P6, the binary PPM format");
            var (width, height) = (await SideAsync(reader, "width", cancellationToken).ConfigureAwait(false), await SideAsync(reader, "height", cancellationToken).ConfigureAwait(false));
            if (await NumberAsync(reader, "maximum", cancellationToken).ConfigureAwait(false) is not 255 and var maximum)
                throw Error($"has the maximum {maximum}, but 8 bits, 255, are needed");
            var pixels = new byte[width * height * 3];
            var read = await ReadAtLeastAsync(reader, pixels.Length, cancellationToken).ConfigureAwait(false);
            if (read.Buffer.Length < pixels.Length)
                throw Error($"ends after {read.Buffer.Length} of {pixels.Length} bytes of pixels");
            var frame = read.Buffer.Slice(0, pixels.Length);
            System.Buffers.BuffersExtensions.CopyTo(frame, pixels);
            reader.AdvanceTo(frame.End);
            _frames++;
            yield return new(width, height, pixels);
        }
    }

    private async Task<int> SideAsync(PipeReader reader, string what, CancellationToken cancellationToken) =>
        await NumberAsync(reader, what, cancellationToken).ConfigureAwait(false) is > 0 and <= MaxSide and var side ? side : throw Error($"has a {what} that is not from 1 to {MaxSide}");

    private async Task<int> NumberAsync(PipeReader reader, string what, CancellationToken cancellationToken) =>
        int.TryParse(await TokenAsync(reader, cancellationToken).ConfigureAwait(false), out var number) ? number : throw Error($"has no {what} in its header");

    /// <summary>Reads the next word of a header and the one white space after it; null at the end of the stream. A comment, from # to the end of its line, is like the line's end.</summary>
    private async Task<string?> TokenAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var token = "";
        var isComment = false;
        while (true)
        {
            var read = await ReadAtLeastAsync(reader, 1, cancellationToken).ConfigureAwait(false);
            if (read.Buffer.IsEmpty)
                return token.Length == 0 ? null : throw Error("ends within its header");
            var next = (char)read.Buffer.FirstSpan[0];
            reader.AdvanceTo(read.Buffer.GetPosition(1));
            isComment = isComment ? next is not ('\n' or '\r') : next == '#';
            if (isComment)
                continue;
            if (char.IsWhiteSpace(next) && token.Length > 0)
                return token;
            if (!char.IsWhiteSpace(next))
                token += next;
            if (token.Length > 9)
                throw Error("has no PPM header");
        }
    }

    // The console does not cancel a read that has begun. The wait for it ends; the read does with the process.
    private static Task<ReadResult> ReadAtLeastAsync(PipeReader reader, int bytes, CancellationToken cancellationToken) =>
        reader.ReadAtLeastAsync(bytes, cancellationToken).AsTask().WaitAsync(cancellationToken);

    private DatasetException Error(string reason) => new(Name, $"frame {_frames + 1}", $"{reason}; pipe frames in as PPM images: ffmpeg -i VIDEO -f image2pipe -c:v ppm -");
}
