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
    private readonly Dictionary<string, (long Bytes, DateTime Written)> _growing = [];
    private readonly HashSet<(string Path, long Bytes, DateTime Written)> _returned = [];

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
            var files = List();
            foreach (var file in files)
            {
                var (path, state) = (file.FullName, (file.Length, file.LastWriteTimeUtc));
                var isComplete = _growing.TryGetValue(path, out var before) && before == state;
                _growing[path] = state;
                if (!isComplete)
                    continue;
                _growing.Remove(path);
                _returned.Add((path, state.Length, state.LastWriteTimeUtc));
                yield return path;
            }

            if (untilEmpty && files.Count == 0)
                yield break;
            await Task.Delay(interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<FileInfo> List()
    {
        var files = new List<FileInfo>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            try
            {
                if (ImagePaths.IsImage(file.Name) && !_returned.Contains((file.FullName, file.Length, file.LastWriteTimeUtc)))
                    files.Add(file);
            }
            catch (FileNotFoundException)
            {
                // It was removed after the folder was listed.
            }
        }

        files.Sort((one, other) => (one.LastWriteTimeUtc, one.Name).CompareTo((other.LastWriteTimeUtc, other.Name)));
        return files;
    }
}
