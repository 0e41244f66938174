using RetinaSharp.Datasets.Files;

namespace RetinaSharp.Datasets.Formats;

/// <summary>Reads the label files of formats that have one file per image.</summary>
internal static class ImageLabelFiles
{
    /// <summary>Reads label files on several threads, and reports their notes together.</summary>
    /// <param name="files">Paths of the files.</param>
    /// <param name="root">Folder of the dataset, for messages.</param>
    /// <param name="read">Reads one file.</param>
    /// <param name="log">Receives errors and warnings.</param>
    /// <returns>The images in the order of the files, without those whose file has an error.</returns>
    public static List<ParsedImage> Read(string[] files, string root, Func<string, Notes, ProblemLog, ParsedImage> read, ProblemLog log)
    {
        var results = ParallelRead.Select(files, log, (file, itemLog) =>
        {
            var notes = new Notes();
            return (Image: read(file, notes, itemLog), Notes: notes);
        });
        var all = new Notes();
        var images = new List<ParsedImage>(results.Length);
        foreach (var (image, notes) in results)
        {
            // A file with an error has no image.
            if (image is null)
                continue;
            images.Add(image);
            all.Add(notes);
        }

        all.Report(root, log);
        return images;
    }
}
