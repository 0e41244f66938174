using System.Globalization;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace RetinaSharp.Imaging.Decoding;

/// <summary>Decodes the first image of a TIFF file by LibTiff.NET, which is managed. As stored: it turns nothing.</summary>
internal static class TiffDecoder
{
    // For all of the process; otherwise it prints.
    static TiffDecoder() => Tiff.SetErrorHandler(new FirstError());

    /// <summary>Decodes a file whose directory <see cref="TiffDirectory.Scan"/> has checked.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ImageException">It is damaged, cut off, or of a kind that LibTiff.NET cannot decode.</exception>
    public static RgbaPixels Decode(ReadOnlySpan<byte> bytes)
    {
        RgbaPixels? pixels = null;
        try
        {
            FirstError.Text = null;
            using var tiff = Tiff.ClientOpen("image", "r", null, new Memory(bytes.ToArray())) ?? throw new ImageException("", FirstError.Reason);
            int width = tiff.GetField(TiffTag.IMAGEWIDTH)[0].ToInt(), height = tiff.GetField(TiffTag.IMAGELENGTH)[0].ToInt();
            // Colors that are said to be premultiplied are left as they are; others would become so.
            if (tiff.GetField(TiffTag.EXTRASAMPLES) is [var count, var kinds] && count.ToInt() > 0 && kinds.GetBytes()?[0] == (byte)ExtraSample.UNASSALPHA)
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { (short)ExtraSample.ASSOCALPHA });
            // As the rows are stored; the caller turns them.
            tiff.SetField(TiffTag.ORIENTATION, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT);
            pixels = new(width, height);
            var raster = new int[width * height];
            if (!tiff.ReadRGBAImageOriented(width, height, raster, BitMiracle.LibTiff.Classic.Orientation.TOPLEFT, stopOnError: true))
                throw new ImageException("", FirstError.Reason);
            // A number has R in its lowest byte.
            if (!BitConverter.IsLittleEndian)
                System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(raster, raster);
            MemoryMarshal.AsBytes(raster.AsSpan()).CopyTo(pixels.Bytes);
            return pixels;
        }
        // Damaged files make LibTiff.NET throw what its array accesses and casts throw.
        catch (Exception e) when (e is not (ImageException or OutOfMemoryException))
        {
            pixels?.Dispose();
            throw new ImageException("", $"is damaged: {e.Message}", e);
        }
        catch
        {
            pixels?.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the first error of the thread's image, instead of printing it.</summary>
    private sealed class FirstError : TiffErrorHandler
    {
        [ThreadStatic]
        public static string? Text;

        public static string Reason => $"is damaged, or of a kind that LibTiff.NET cannot decode{(Text is null ? "" : $": {Text}")}";

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
