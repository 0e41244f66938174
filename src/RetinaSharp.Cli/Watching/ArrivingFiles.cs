using System.Runtime.CompilerServices;
using RetinaSharp.Cli.Verbs;

namespace RetinaSharp.Cli.Watching;

/// <summary>
/// Finds the image files that arrive in a folder. It lists the folder at intervals instead of waiting for events of the file system, which network drives do not
/// send.
/// </summary>
/// <param name="folder">The folder; subfolders are not searched.</param>
/// <param name="interval">Time between two listings.</param>
internal sealed class ArrivingFiles(string folder, TimeSpan interval)
{
    // Of the last listing; files that have left the folder are forgotten.
    private Dictionary<string, (long Bytes, DateTime Written)> _before = [];
    private HashSet<(string Path, long Bytes, DateTime Written)> _returned = [];

    /// <summary>
    /// Returns each file once its size and time have not changed from one listing to the next, so that files that are still being written are left alone; the oldest
    /// first. A file that is not removed is returned again only if it changes.
    /// </summary>
    /// <param name="untilEmpty">Whether to end when no file is left; otherwise it ends only by cancellation.</param>
    /// <param name="cancellationToken">Ends the enumeration, without an exception.</param>
    public async IAsyncEnumerable<string> WaitAsync(bool untilEmpty, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var listed = List();
            _returned = [.. listed.Where(_returned.Contains)];
            var files = listed.Where(file => !_returned.Contains(file)).ToList();
            var complete = files.Where(file => _before.TryGetValue(file.Path, out var before) && before == (file.Bytes, file.Written)).ToList();
            _before = files.ToDictionary(file => file.Path, file => (file.Bytes, file.Written));
            foreach (var file in complete)
            {
                _returned.Add(file);
                yield return file.Path;
            }

            if (untilEmpty && files.Count == 0)
                yield break;
            await Task.Delay(interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<(string Path, long Bytes, DateTime Written)> List()
    {
        var files = new List<(string Path, long Bytes, DateTime Written)>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().Where(file => ImagePaths.IsImage(file.Name)))
        {
            try
            {
                files.Add((file.FullName, file.Length, file.LastWriteTimeUtc));
            }
            catch (FileNotFoundException)
            {
                // It was removed after the folder was listed.
            }
        }

        return [.. files.OrderBy(file => file.Written).ThenBy(file => file.Path, StringComparer.Ordinal)];
    }
}
