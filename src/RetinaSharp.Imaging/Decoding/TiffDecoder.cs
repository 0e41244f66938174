using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace RetinaSharp.Imaging.Decoding;

/// <summary>Decodes the first image of a TIFF file with LibTiff.NET, which is managed code, without applying the orientation.</summary>
internal static class TiffDecoder
{
    // Applies to the whole process; the default handler writes to the console.
    static TiffDecoder() => Tiff.SetErrorHandler(new FirstError());

    /// <summary>Decodes a TIFF file to RGBA pixels. <see cref="TiffDirectory.Scan"/> must have found no damage in the file.</summary>
    /// <param name="bytes">The complete file.</param>
    /// <param name="scan">The file's size; LibTiff.NET must find no greater one.</param>
    /// <exception cref="ImageException">
    /// The image is corrupt, truncated, of a kind that LibTiff.NET cannot decode, or needs more memory than there is.
    /// </exception>
    public static RgbaPixels Decode(ReadOnlySpan<byte> bytes, ImageScan scan)
    {
        RgbaPixels? pixels = null;
        try
        {
            FirstError.Text = null;
            using var tiff = Tiff.ClientOpen("image", "r", null, new Memory(bytes.ToArray())) ?? throw new ImageException("", FirstError.Reason);
            int width = tiff.GetField(TiffTag.IMAGEWIDTH)[0].ToInt(), height = tiff.GetField(TiffTag.IMAGELENGTH)[0].ToInt();
            scan.CheckDecoded(width, height);
            // LibTiff.NET premultiplies unassociated alpha; declaring it as associated keeps the colors.
            if (tiff.GetField(TiffTag.EXTRASAMPLES) is [var count, var kinds] && count.ToInt() > 0 && kinds.GetBytes()?[0] == (byte)ExtraSample.UNASSALPHA)
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { (short)ExtraSample.ASSOCALPHA });
            // Keeps the stored row order; the caller applies the orientation.
            tiff.SetField(TiffTag.ORIENTATION, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT);
            pixels = new(width, height);
            // The memory is reused: what LibTiff.NET leaves out must not be pixels of another image.
            pixels.Bytes.Clear();
            if (!tiff.ReadRGBAImageOriented(width, height, pixels.Raster, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT, stopOnError: true))
                throw new ImageException("", FirstError.Reason);
            // An element has R in its lowest byte.
            if (!BitConverter.IsLittleEndian)
                System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(pixels.Raster, pixels.Raster);
            return pixels;
        }
        // Also thrown for an array that is too long, whatever memory there is.
        catch (OutOfMemoryException e)
        {
            pixels?.Dispose();
            throw new ImageException("", "needs more memory to decode than there is", e);
        }
        // For corrupt files LibTiff.NET throws whatever its array accesses and casts throw.
        catch (Exception e) when (e is not ImageException)
        {
            pixels?.Dispose();
            throw new ImageException("", $"is corrupt: {e.Message}", e);
        }
        catch
        {
            pixels?.Dispose();
            throw;
        }
    }

    /// <summary>Handles errors of LibTiff.NET: keeps the first message of each thread instead of printing it.</summary>
    private sealed class FirstError : TiffErrorHandler
    {
        [ThreadStatic]
        public static string? Text;

        public static string Reason => $"is corrupt, or of a kind that LibTiff.NET cannot decode{(Text is null ? "" : $": {Text}")}";

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            try
            {
                Text ??= string.Format(CultureInfo.InvariantCulture, format, args);
            }
            catch (FormatException)
            {
                Text ??= format;
            }
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }

    private sealed class Memory(byte[] bytes) : TiffStream
    {
        private readonly MemoryStream _bytes = new(bytes, writable: false);

        public override int Read(object clientData, byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, count);

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin) => _bytes.Seek(offset, origin);

        public override void Close(object clientData) => _bytes.Dispose();

        public override long Size(object clientData) => _bytes.Length;
    }
}
