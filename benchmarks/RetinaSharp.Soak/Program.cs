// Soak test for memory leaks: trains 200 steps, detects 500 times on synthetic images, then 1,000 times from sixteen threads that share the
// detector, and prints the resident set:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Soak
// Exits with 1 if the resident set (after a collection) grows by more than 5 % after the first 20 rounds (with sixteen threads: 100), a tensor
// is not disposed, or a thread gets another result than a single thread does.
using System.Diagnostics;
using System.Globalization;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using RetinaSharp.Soak;

const int Steps = 200, Detections = 500, SharedDetections = 1000, SharedRounds = 10, WarmupRounds = 20;
const double MaxGrowth = 1.05;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = Directory.CreateTempSubdirectory("retina-soak-");
try
{
    var dataset = DrawnSet.Create(folder.FullName);
    var run = Path.Combine(folder.FullName, "run");
    var settings = Presets.Tiny with { Training = Presets.Tiny.Training with { Epochs = Steps / (dataset.Images.Count / Presets.Tiny.Training.Batch) } };

    // Training reports once per second; the resident set at the first report after 20 steps is the baseline.
    var training = new Growth("step", WarmupRounds);
    new Trainer(settings, dataset, null, new() { Folder = run }).Train(new Watcher(training));
    training.Add(Steps);

    var detection = new Growth("detection", WarmupRounds);
    var shared = new Growth("shared detection", SharedDetections / SharedRounds);
    int wrong;
    using (var detector = Detector.Load(run))
    {
        var images = dataset.Images.Select(image => Image.Load(image.Path)).ToList();
        for (var i = 0; i < Detections; i++)
        {
            detector.Detect(images[i % images.Count]);
            if ((i + 1) % WarmupRounds == 0)
                detection.Add(i + 1);
        }

        wrong = SharedDetector.Run(detector, images, SharedDetections, SharedRounds, shared);
        Console.WriteLine($"{SharedDetections} shared detections, {wrong} of them differ from a single thread's");
    }

    using var process = Process.GetCurrentProcess();
    Console.WriteLine($"peak resident set {process.PeakWorkingSet64 / 1e6:F0} MB, tensors alive {TensorCount.Alive}");
    return training.Factor <= MaxGrowth && detection.Factor <= MaxGrowth && shared.Factor <= MaxGrowth && wrong == 0 && TensorCount.Alive == 0 ? 0 : 1;
}
finally
{
    folder.Delete(recursive: true);
}
