using System.Collections.Concurrent;
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
    private readonly ConcurrentQueue<(ArrivedFile File, bool Again)> _ended = new();

    // Of the last listing; files that have left the folder are forgotten.
    private readonly HashSet<ArrivedFile> _returned = [];
    private HashSet<ArrivedFile> _before = [];
    private int _processing;
    private bool _isUnreachable;

    /// <summary>
    /// Returns each file once its size and time have not changed from one listing to the next, so that files that are still being written are left alone; the oldest
    /// first. A file that is not removed is returned again only if it changes, or if <see cref="End"/> asks for it.
    /// </summary>
    /// <param name="untilEmpty">Whether to end when no file is left and <see cref="End"/> was called for each; otherwise it ends only by cancellation.</param>
    /// <param name="report">
    /// Called with a message when the folder can no longer be listed, as when a network drive is away; the enumeration goes on. With <paramref name="untilEmpty"/> the error is thrown instead.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration, without an exception.</param>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be listed.</exception>
    public async IAsyncEnumerable<ArrivedFile> WaitAsync(bool untilEmpty, Action<string> report, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            while (_ended.TryDequeue(out var ended))
            {
                _processing--;
                if (ended.Again)
                    _returned.Remove(ended.File);
            }

            // Before the listing, which then shows every file that was left to be processed again.
            var isIdle = _processing == 0;
            if (TryList(untilEmpty, report) is { } listed)
            {
                _returned.IntersectWith(listed);
                var files = listed.Where(file => !_returned.Contains(file)).ToList();
                var complete = files.Where(_before.Contains).ToList();
                _before = [.. files];
                foreach (var file in complete)
                {
                    if (cancellationToken.IsCancellationRequested)
                        yield break;
                    _returned.Add(file);
                    _processing++;
                    yield return file;
                }

                if (untilEmpty && isIdle && files.Count == 0)
                    yield break;
            }

            await Task.Delay(interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells that the processing of a returned file has ended. May be called on any thread.</summary>
    /// <param name="file">The file.</param>
    /// <param name="again">Whether to return it again if it is still there.</param>
    public void End(ArrivedFile file, bool again) => _ended.Enqueue((file, again));

    private List<ArrivedFile>? TryList(bool untilEmpty, Action<string> report)
    {
        try
        {
            var files = List();
            _isUnreachable = false;
            return files;
        }
        catch (Exception error) when (!untilEmpty && error is IOException or UnauthorizedAccessException)
        {
            if (!_isUnreachable)
                report($"{folder}: cannot be listed ({error.Message}); the watch goes on once it can. Check the drive and the permissions.");
            _isUnreachable = true;
            return null;
        }
    }

    private List<ArrivedFile> List()
    {
        var files = new List<ArrivedFile>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles().Where(file => ImagePaths.IsImage(file.Name)))
        {
            try
            {
                files.Add(ArrivedFile.Look(file));
            }
            catch (FileNotFoundException)
            {
                // It was removed after the folder was listed.
            }
        }

        return [.. files.OrderBy(file => file.Written).ThenBy(file => file.Path, StringComparer.Ordinal)];
    }
}
