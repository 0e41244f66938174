#!/usr/bin/env bash
# eng/try-packages.sh [--no-build]: packs, and tries the packages as a user would: in a new console project outside of the checkout, and as
# an installed tool. Needs no network: dependencies come from this machine's package folder, where building the checkout put them. The last
# line is "packages: ok".
#   --no-build  packs what eng/build.sh built before
set -euo pipefail
cd "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
# If a build or a test runs this script, its settings must not affect the builds here, and no server may outlive them.
unset "${!MSBuild@}" "${!MSBUILD@}"
. eng/environment.sh
export UseSharedCompilation=false
exec </dev/null

libtorch=$(sed -n 's/.*"libtorch-cpu-linux-x64" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
eng/pack.sh "$@" --platform linux-x64 "$work/packages"

# RetinaSharp packages in the machine's folder would hide the packages to be tried.
mkdir "$work/machine"
machine=$(dotnet nuget locals global-packages --list)
find "${machine#*: }" -mindepth 1 -maxdepth 1 ! -iname 'retinasharp*' -exec ln -s -t "$work/machine" {} +
cat >"$work/nuget.config" <<END
<configuration>
  <packageSources><clear /><add key="packed" value="$work/packages" /></packageSources>
  <fallbackPackageFolders><clear /><add key="machine" value="$work/machine" /></fallbackPackageFolders>
</configuration>
END
export NUGET_PACKAGES=$work/restored

echo "== a console project with the package RetinaSharp"
dotnet new console --no-restore -o "$work/app" >/dev/null
cd "$work/app"
cat >Program.cs <<'END'
using RetinaSharp.Datasets;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Losses;

var iou = Iou.Compute(new Box(0, 0, 2, 2), new Box(1, 0, 3, 2));
Console.WriteLine($"IoU {iou:F6}, focal loss {new FocalLoss().Value(Math.Log(9), 1):F8}");
if (Math.Abs(iou - 1 / 3f) > 1e-6 || Math.Abs(new FocalLoss().Value(Math.Log(9), 1) - .25 * .01 * -Math.Log(.9)) > 1e-9)
    return 1;

var (random, images) = (new Random(0), new List<AnnotatedImage>());
for (var id = 1; id <= 8; id++)
{
    var pixels = new byte[64 * 64 * 3];
    random.NextBytes(pixels);
    for (var y = 4 * id; y < 4 * id + 24; y++)
        pixels.AsSpan((y * 64 + 3 * id) * 3, 24 * 3).Fill(255);
    var path = $"square{id}.png";
    new Image(64, 64, pixels).Save(path);
    var square = new Annotation { Id = id, Category = 0, Box = new(3 * id, 4 * id, 24, 24), Area = 576 };
    images.Add(new() { Id = id, FileName = path, Path = path, Width = 64, Height = 64, Annotations = [square] });
}

var set = new DetectionDataset { Source = "squares", Categories = [new(1, "square")], Images = images };
var settings = Presets.Tiny with { Input = new(128, 128), Training = Presets.Tiny.Training with { Epochs = 2 } };
new Trainer(settings, set, null, new() { Folder = "run" }).Train();
using var detector = Detector.Load("run", new() { ScoreThreshold = .001 });
var found = detector.Detect("square1.png");
Console.WriteLine($"a model of {detector.Categories[0].Name}s gave {found.Count} detections, the first at {found[0].Box}");

// One step. Training fails if a weight of the backbone is missing.
var pretrained = Presets.Pretrained with { Input = new(64, 64), Weights = PretrainedWeights.ImageNet, Training = Presets.Pretrained.Training with { Epochs = 1, Batch = 8 } };
new Trainer(pretrained, set, null, new() { Folder = "pretrained" }).Train();
Console.WriteLine($"a model started from the weights {Detector.Describe("pretrained").Settings.Weights}");
return 0;
END
# The application chooses LibTorch's package for its platform.
dotnet add package libtorch-cpu-linux-x64 --version "$libtorch" --no-restore >"$work/log" || { cat "$work/log"; exit 1; }
for package in RetinaSharp RetinaSharp.Weights.ResNet18; do
  dotnet add package "$package" >"$work/log" || { cat "$work/log"; exit 1; }
done
dotnet build -c Release -o "$work/built" -nologo -v:q -warnaserror
dotnet "$work/built/app.dll"

echo "== the tool retina"
dotnet tool install RetinaSharp.Cli --tool-path "$work/tool" --configfile "$work/nuget.config"
export DOTNET_ROOT
DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
"$work/tool/retina" --help >"$work/log"
head -n 2 "$work/log"
"$work/tool/retina" info
"$work/tool/retina" detect run square1.png --score-threshold .001 >"$work/log"
head -n 3 "$work/log"
"$work/tool/retina" data generate --out scenes --train 2 --val 1 --size 128 >"$work/log"
"$work/tool/retina" train --train "scenes#train" --weights imagenet --epochs 1 --batch 2 --size 64 --out started >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -m 1 'ResNet18.onnx: ' "$work/log"
echo "packages: ok"
