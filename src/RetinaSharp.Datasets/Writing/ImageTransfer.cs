using System.Runtime.InteropServices;
using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Writing;

/// <summary>Copies or links image files.</summary>
internal static partial class ImageTransfer
{
    public static void Transfer(ImageFile from, string to, ImageHandling handling)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (from.Entry is not null)
        {
            File.WriteAllBytes(to, DataFiles.ReadBytes(from));
            return;
        }

        if (handling == ImageHandling.Link && TryLink(from.Path, to))
            return;
        File.Copy(from.Path, to);
    }

    /// <summary>Makes a hard link; returns false if the file system or the platform does not allow it.</summary>
    private static bool TryLink(string from, string to)
    {
        // A hard link to a symbolic link would be relative to another folder.
        var target = File.ResolveLinkTarget(from, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(from);
        try
        {
            return OperatingSystem.IsWindows() ? CreateHardLink(to, target, 0) : Link(target, to) == 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string created, string existing, nint security);
}
