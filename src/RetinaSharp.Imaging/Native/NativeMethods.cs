using System.Runtime.InteropServices;

namespace RetinaSharp.Imaging.Native;

/// <summary>The C ABI of native/vision (vision.h says what each function does).</summary>
internal static unsafe partial class NativeMethods
{
    /// <summary>Version of vision.h that this class was written for.</summary>
    public const int Abi = 2;

    static NativeMethods() => VisionLibrary.Register();

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_last_error")]
    public static partial byte* LastError();

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_set_threads")]
    public static partial int SetThreads(int threads);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_decode")]
    public static partial int Decode(
        byte* data, long size, int reduction, long maxPixels, out DecodedImageHandle image, out int width, out int height);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_image_copy")]
    public static partial int ImageCopy(DecodedImageHandle image, byte* rgb, int width, int height, long stride);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_image_free")]
    public static partial void ImageFree(nint image);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_resize")]
    public static partial int Resize(
        byte* source, int sourceWidth, int sourceHeight, long sourceStride,
        byte* target, int targetWidth, int targetHeight, long targetStride);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_draw")]
    public static partial int Draw(
        byte* rgb, int width, int height, long stride, int count, float* boxes, int* colours, byte* texts, long textsSize);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_encode")]
    public static partial int Encode(
        byte* rgb, int width, int height, long stride, int format, int quality, out EncodedBytesHandle bytes, out long size);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_bytes_copy")]
    public static partial int BytesCopy(EncodedBytesHandle bytes, byte* target);

    [LibraryImport(VisionLibrary.Name, EntryPoint = "vision_bytes_free")]
    public static partial void BytesFree(nint bytes);
}
